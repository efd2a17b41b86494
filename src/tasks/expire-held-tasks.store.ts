import type { Tx } from '../platform/db.js';
import { endTask } from './end-task.store.js';

/**
 * Ends the held tasks whose plans nobody approved in time (R33).
 *
 * @returns how many.
 */
export async function expireHeldTasks(tx: Tx): Promise<number> {
  const late = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM sync_tasks WHERE status = 'held' AND (held->>'expiresAt')::timestamptz <= now()`;
  const message = 'Nobody approved the plan in time: sync again.';
  for (const { id } of late) {
    await endTask(tx, { taskId: id, from: ['held'], fence: null, to: 'cancelled', code: 'expired', message });
  }
  return late.length;
}
