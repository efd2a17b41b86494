import type { Tx } from '../../platform/db.js';

/**
 * Assigns the waiting pushes of a source to one of its tasks.
 *
 * @returns their number.
 */
export async function takeWaitingPushes(
  tx: Tx,
  given: { readonly taskId: string; readonly sourceId: string },
): Promise<number> {
  const { count } = await tx.push.updateMany({
    where: { sourceId: given.sourceId, taskId: null, finishedAt: null },
    data: { taskId: given.taskId },
  });
  return count;
}
