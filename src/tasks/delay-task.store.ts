import { ACTIVE_STATUSES } from '../domain/task.js';
import type { Tx } from '../platform/db.js';
import type { Failure } from './fail-task.js';

/**
 * Counts this failure with those before it, without writing.
 *
 * @returns null when the claim is not ours any more.
 */
export async function countFailures(tx: Tx, { taskId, fence }: Failure): Promise<number | null> {
  // Touches nothing; nobody else moves the task until we have.
  const rows = await tx.$queryRaw<{ failures: number }[]>`
    SELECT failures + 1 AS failures FROM sync_tasks
    WHERE id = ${taskId}::uuid AND fence = ${fence} AND status = ANY(${[...ACTIVE_STATUSES]}::text[])
    FOR UPDATE`;
  return rows[0]?.failures ?? null;
}

/**
 * Puts a claimed task back into the queue until its back-off is over.
 *
 * @throws the driver's error of the index `sync_tasks_one_queued` when a task of its kind is queued.
 */
export async function backToQueue(
  tx: Tx,
  given: Failure & { readonly failures: number; readonly delayMs: number },
): Promise<boolean> {
  const { taskId, fence, code, message, failures, delayMs } = given;
  // Touches the one claimed task; a second call finds it queued.
  const count = await tx.$executeRaw`
    UPDATE sync_tasks
    SET status = 'queued', failures = ${failures}, error_code = ${code}, error_message = ${message},
        not_before = now() + ${delayMs} * interval '1 millisecond', rung_at = now(),
        worker = NULL, heartbeat_at = NULL, fence = fence + 1
    WHERE id = ${taskId}::uuid AND fence = ${fence} AND status = ANY(${[...ACTIVE_STATUSES]}::text[])`;
  return count === 1;
}
