import type { Tx } from '../../platform/db.js';
import { endTask } from './end-task.store.js';
import { READ_MODES } from '../../domain/task.js';

/**
 * Ends the held tasks whose plans were not approved in time (R33).
 *
 * @returns their number.
 */
export async function expireHeldTasks(tx: Tx): Promise<number> {
  const late = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM sync_tasks WHERE status = 'held' AND (held->>'expiresAt')::timestamptz <= now()`;
  const message = 'The plan was not approved in time. Sync again.';
  for (const { id } of late) {
    await endTask(tx, { taskId: id, from: ['held'], fence: null, to: 'cancelled', code: 'expired', message });
  }
  return late.length;
}

/**
 * Ends the older held tasks of a source: a newer full task reads all that they read, and has a guard of its own (R33).
 * A held task without a read stays: a full read does not do its work, and it plans again when it is approved.
 */
export async function supersedeHeld(
  tx: Tx,
  { taskId, sourceId }: { readonly taskId: string; readonly sourceId: string },
): Promise<void> {
  const held = await tx.syncTask.findMany({
    where: { sourceId, status: 'held', mode: { in: [...READ_MODES] }, id: { not: taskId } },
    select: { id: true },
  });
  const message = `A newer full task (${taskId}) replaced it.`;
  for (const { id } of held) {
    await endTask(tx, { taskId: id, from: ['held'], fence: null, to: 'cancelled', code: 'superseded', message });
  }
}
