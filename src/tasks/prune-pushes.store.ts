import type { Tx } from '../platform/db.js';
import { RETENTION } from './retention.js';

/** So many tasks are locked at once. */
const TASKS = 200;

/**
 * Deletes pushes that were answered long ago, long after their idempotency keys. Call it in a transaction.
 *
 * @returns how many.
 */
export async function prunePushes(tx: Tx, limit: number): Promise<number> {
  const tasks = await deletePushes(tx, limit);
  await forgetPlace(tx, [...new Set(tasks.filter((id) => id !== null))]);
  return tasks.length;
}

async function deletePushes(tx: Tx, limit: number): Promise<readonly (string | null)[]> {
  // Touches answered pushes of ended tasks that nobody is moving now, and those whose task is gone.
  const rows = await tx.$queryRaw<{ taskId: string | null }[]>`
    WITH old AS (
      SELECT now() - ${RETENTION.pushesMs}::float8 * interval '1 millisecond' AS at
    ), free AS MATERIALIZED (
      SELECT t.id FROM sync_tasks t
      WHERE t.status IN ('succeeded', 'partial', 'failed', 'cancelled') AND t.finished_at < (SELECT at FROM old)
        AND (SELECT true FROM pushes p WHERE p.task_id = t.id AND p.finished_at < (SELECT at FROM old) LIMIT 1)
      LIMIT ${TASKS}
      FOR UPDATE OF t SKIP LOCKED
    )
    DELETE FROM pushes WHERE ctid = ANY(ARRAY(
      (SELECT p.ctid FROM pushes p WHERE p.task_id IS NULL AND p.finished_at < (SELECT at FROM old) LIMIT ${limit})
      UNION ALL
      (SELECT p.ctid FROM free JOIN pushes p ON p.task_id = free.id AND p.finished_at < (SELECT at FROM old)
       LIMIT ${limit})
      LIMIT ${limit}))
    RETURNING task_id AS "taskId"`;
  return rows.map((row) => row.taskId);
}

/**
 * A retried task without pushes takes those that wait. They are newer than its old read and must not be judged by
 * the order of that one (R47): they would be passed over as overtaken.
 */
async function forgetPlace(tx: Tx, taskIds: readonly string[]): Promise<void> {
  // Touches tasks that this transaction has locked; a task that may still plan from its read forgets it later.
  await tx.$executeRaw`
    UPDATE sync_tasks t SET read_started_at = NULL
    WHERE t.id = ANY(${taskIds}::uuid[]) AND t.status IN ('partial', 'failed', 'cancelled')
      AND NOT t.pulled AND t.checkpoint IS NULL
      AND NOT EXISTS (SELECT 1 FROM pushes p WHERE p.task_id = t.id)`;
}
