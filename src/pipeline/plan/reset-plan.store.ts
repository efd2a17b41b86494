import { Prisma, type Tx } from '../../platform/db.js';
import { freshIds } from '../../platform/fresh-ids.js';
import { PAGE_SIZE, type RunContext } from '../run-context.js';
import { skipSuperseded } from './superseded-records.store.js';

/**
 * Prepares for a new plan: changes that an earlier attempt applied stay as history, the rest is deleted; the work list
 * is restored to the state after the read, without records that later tasks superseded since this read began (R47).
 */
export async function resetPlan(
  tx: Tx,
  context: RunContext,
  { planned }: { readonly planned: boolean },
): Promise<void> {
  const { task } = context;
  await keepApplied(tx, task.id);
  if (planned) await restoreWorklist(tx, task.id);
  await skipSuperseded(tx, context);
  await refreshStatistics(tx, context, 'worklist');
}

async function restoreWorklist(tx: Tx, taskId: string): Promise<void> {
  while ((await forgetMatches(tx, taskId)) === PAGE_SIZE);
  await tx.$executeRaw`
    DELETE FROM staged_records WHERE task_id = ${taskId}::uuid AND state IN ('absent', 'unseen')`;
  await tx.$executeRaw`
    UPDATE staged_records SET recheck = false,
      state = CASE WHEN state = 'skipped' AND data IS NOT NULL THEN 'present'
                   WHEN state = 'withheld' THEN 'tombstone' ELSE state END
    WHERE task_id = ${taskId}::uuid AND (recheck OR state = 'withheld' OR (state = 'skipped' AND data IS NOT NULL))`;
}

/** A record that matched an existing row is matched again, and must not get that row's id if no row matches. */
async function forgetMatches(tx: Tx, taskId: string): Promise<number> {
  return tx.$executeRaw`
    UPDATE staged_records s SET matched = false, match_rank = NULL, new_id = fresh.id
    FROM (SELECT kind, external_id, row_number() OVER () AS place FROM staged_records
          WHERE task_id = ${taskId}::uuid AND matched LIMIT ${PAGE_SIZE}) old
    JOIN unnest(${freshIds(PAGE_SIZE)}::uuid[]) WITH ORDINALITY AS fresh (id, place) ON fresh.place = old.place
    WHERE s.task_id = ${taskId}::uuid AND s.kind = old.kind AND s.external_id = old.external_id`;
}

/**
 * Prepares for a new plan: lines that an earlier attempt applied stay as history, the others are deleted. Field
 * problems are deleted too, because the new plan compares their records again. `beginPlan` moves the mark, in the same
 * transaction.
 */
export async function keepApplied(tx: Tx, taskId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE changes c SET outcome = 'applied', problems = NULL
    FROM sync_tasks t
    WHERE c.task_id = ${taskId}::uuid AND t.id = c.task_id AND c.outcome IS NULL AND change_outcome(c, t) = 'applied'`;
  await tx.$executeRaw`DELETE FROM changes WHERE task_id = ${taskId}::uuid AND outcome IS DISTINCT FROM 'applied'`;
}

/** Number of rows from which statistics save more time than the tens of milliseconds that they take. */
const LARGE = 2_000;

/** Functions of the tables' owner, because the service's own role has no right to ANALYZE (docs/operations.md). */
const LISTS = {
  worklist: { table: Prisma.sql`staged_records`, analyze: Prisma.sql`SELECT analyze_staged_records()` },
  plan: { table: Prisma.sql`changes`, analyze: Prisma.sql`SELECT analyze_changes()` },
};

/** Updates the statistics of a long list: the next statements join many new rows, which have none yet. */
export async function refreshStatistics(tx: Tx, { task }: RunContext, list: keyof typeof LISTS): Promise<void> {
  const { table, analyze } = LISTS[list];
  const [row] = await tx.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM (SELECT 1 FROM ${table} WHERE task_id = ${task.id}::uuid LIMIT ${LARGE}) few`;
  if (row?.count === LARGE) await tx.$executeRaw(analyze);
}
