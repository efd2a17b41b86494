import { Prisma, type Tx } from '../../platform/db.js';
import { NEEDED_READS } from '../life/needed-reads.store.js';
import { RETENTION } from './retention.js';

/** Maximum number of tasks that are locked at once. */
const TASKS = 200;

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
