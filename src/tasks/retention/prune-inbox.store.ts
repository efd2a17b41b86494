import { Prisma, type Tx } from '../../platform/db.js';
import { RETENTION } from './retention.js';
import { ACTIVE_STATUSES } from '../../domain/task.js';

/** Maximum number of tasks that are locked at once. */
const TASKS = 200;

/**
 * Deletes pushes that were answered long ago, long after their idempotency keys. Call it in a transaction.
 *
 * @returns the number of pushes.
 */
export async function prunePushes(tx: Tx, limit: number): Promise<number> {
  const tasks = await deletePushes(tx, limit);
  await forgetPlace(tx, [...new Set(tasks.filter((id) => id !== null))]);
  return tasks.length;
}

async function deletePushes(tx: Tx, limit: number): Promise<readonly (string | null)[]> {
  // Touches answered pushes of ended tasks that are not locked now, and those without a task.
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
 * A retried task without pushes takes the waiting ones. They are newer than its old read. In the order of that read
 * they would be skipped as superseded (R47).
 */
async function forgetPlace(tx: Tx, taskIds: readonly string[]): Promise<void> {
  // Touches tasks that this transaction has locked; a task that may still plan from its read loses its place later.
  await tx.$executeRaw`
    UPDATE sync_tasks t SET read_started_at = NULL
    WHERE t.id = ANY(${taskIds}::uuid[]) AND t.status IN ('partial', 'failed', 'cancelled')
      AND NOT t.pulled AND t.checkpoint IS NULL
      AND NOT EXISTS (SELECT 1 FROM pushes p WHERE p.task_id = t.id)`;
}

/**
 * Marks the reads of ended tasks as forgotten when they are too old for a retry, which then reads the source again.
 * Their staged rows must not be deleted before that, or a retry would plan from half a read.
 *
 * @returns the number of tasks.
 */
export async function forgetOldReads(tx: Tx, limit: number): Promise<number> {
  // Touches ended tasks that are not locked now, each once. A push task without pushes loses its place in the order
  // (R47): pushes that wait at a retry are newer than its old read.
  return tx.$executeRaw`
    WITH needed AS MATERIALIZED (${NEEDED_READS})
    UPDATE sync_tasks SET pulled = false, checkpoint = NULL,
      read_started_at = CASE WHEN EXISTS (SELECT 1 FROM pushes p WHERE p.task_id = sync_tasks.id)
                             THEN read_started_at END
    WHERE id = ANY(ARRAY(
      SELECT t.id
      FROM sync_tasks t
      LEFT JOIN needed n ON n.source_id = t.source_id
      WHERE t.status IN ('partial', 'failed', 'cancelled') AND (t.pulled OR t.checkpoint IS NOT NULL)
        AND t.finished_at < now() - interval '1 millisecond'
          * CASE WHEN t.dry_run THEN ${RETENTION.doneReadsMs}::float8 ELSE ${RETENTION.retryableReadsMs}::float8 END
        AND (t.dry_run OR t.status <> 'partial' OR NOT COALESCE(n.held OR n.since < t.read_started_at, false))
      LIMIT ${limit}
      FOR UPDATE OF t SKIP LOCKED))`;
}

const UNDER_WAY = ['queued', 'held', ...ACTIVE_STATUSES];
const RETRYABLE = ['partial', 'failed', 'cancelled'];

/**
 * Per source, the oldest read that may still be planned from (`since`), and whether a plan is held (`held`).
 *
 * Such a plan compares its records with those of tasks that read later (R47): without their rows, older records would
 * overwrite newer ones. An ended task counts while a retry can continue its read, or process its pushes again.
 */
const NEEDED_READS = Prisma.sql`
  SELECT e.source_id, min(e.read_started_at) AS since, bool_or(e.status = 'held') AS held
  FROM sync_tasks e
  WHERE e.status = ANY(${UNDER_WAY}::text[])
     OR (e.status = ANY(${RETRYABLE}::text[])
         AND (e.pulled OR e.checkpoint IS NOT NULL
              OR (SELECT true FROM pushes p WHERE p.task_id = e.id LIMIT 1)))
  GROUP BY e.source_id`;

/** The task's own plan no longer needs its rows: it succeeded, or its read is forgotten. */
const DONE_WITH = Prisma.sql`
  (t.status = 'succeeded' AND t.finished_at < now() - ${RETENTION.doneReadsMs}::float8 * interval '1 millisecond')
  OR (t.status IN ('partial', 'failed', 'cancelled') AND NOT t.pulled AND t.checkpoint IS NULL
      AND t.finished_at < now() - interval '1 millisecond'
        * CASE WHEN t.dry_run THEN ${RETENTION.doneReadsMs}::float8 ELSE ${RETENTION.retryableReadsMs}::float8 END)`;

/** No plan of an older read needs its rows (R47): only those of succeeded and partial tasks are needed there. */
const NOT_LOOKED_AT = Prisma.sql`
  t.dry_run OR t.status NOT IN ('succeeded', 'partial') OR NOT COALESCE(n.held OR n.since < t.read_started_at, false)`;

/** Deletes staged records that no plan needs. @returns their number. */
export function pruneStagedRecords(tx: Tx, limit: number): Promise<number> {
  return pruneStaged(tx, Prisma.sql`staged_records`, limit);
}

/** Deletes staged problems that no plan needs. @returns their number. */
export function pruneStagedProblems(tx: Tx, limit: number): Promise<number> {
  return pruneStaged(tx, Prisma.sql`staged_problems`, limit);
}

async function pruneStaged(tx: Tx, table: Prisma.Sql, limit: number): Promise<number> {
  // Touches rows of ended tasks that are not locked now. Skips over the primary key from task to task: few have rows.
  return tx.$executeRaw`
    WITH RECURSIVE listed (id) AS (
      (SELECT s.task_id FROM ${table} s ORDER BY s.task_id LIMIT 1)
      UNION ALL
      SELECT (SELECT s.task_id FROM ${table} s WHERE s.task_id > listed.id ORDER BY s.task_id LIMIT 1)
      FROM listed WHERE listed.id IS NOT NULL
    ), needed AS MATERIALIZED (${NEEDED_READS}
    ), free AS MATERIALIZED (
      SELECT t.id
      FROM listed
      JOIN sync_tasks t ON t.id = listed.id
      LEFT JOIN needed n ON n.source_id = t.source_id
      WHERE (${DONE_WITH}) AND (${NOT_LOOKED_AT})
      LIMIT ${TASKS}
      FOR UPDATE OF t SKIP LOCKED
    )
    DELETE FROM ${table} WHERE ctid = ANY(ARRAY(
      SELECT s.ctid
      FROM free CROSS JOIN LATERAL (SELECT s.ctid FROM ${table} s WHERE s.task_id = free.id LIMIT ${limit}) s
      LIMIT ${limit}))`;
}
