import type { Tx } from '../../platform/db.js';
import { freshIds } from '../../platform/fresh-ids.js';
import { PAGE_SIZE } from '../page-size.js';
import type { RunContext } from '../run-context.js';
import { keepApplied } from './keep-applied.store.js';
import { skipSuperseded } from './superseded-records.store.js';
import { refreshStatistics } from './refresh-statistics.store.js';

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
