import type { Tx } from '../../platform/db.js';

/**
 * Gives the waiting pushes of a source to one of its tasks.
 *
 * @returns how many there were.
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
