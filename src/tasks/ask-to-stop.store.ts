import { ACTIVE_STATUSES } from '../domain/task.js';
import type { Tx } from '../platform/db.js';

/**
 * Leaves word for the worker that has the task; its next heartbeat sees it.
 *
 * @returns false when no worker has it.
 */
export async function askToStop(tx: Tx, taskId: string): Promise<boolean> {
  // Touches the one active task; a second wish keeps the time of the first.
  const count = await tx.$executeRaw`
    UPDATE sync_tasks
    SET cancel_requested_at = COALESCE(cancel_requested_at, now())
    WHERE id = ${taskId}::uuid AND status = ANY(${[...ACTIVE_STATUSES]}::text[])`;
  return count === 1;
}
