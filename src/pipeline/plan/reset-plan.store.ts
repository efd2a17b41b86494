import type { Tx } from '../../platform/db.js';
import { freshIds } from '../../platform/fresh-ids.js';
import { PAGE_SIZE } from '../page-size.js';
import type { RunContext } from '../run-context.js';
import { keepApplied } from './keep-applied.store.js';
import { findLaterTasks } from './later-tasks.store.js';
import { refreshStatistics } from './refresh-statistics.store.js';

/**
 * Makes room for a plan from scratch: changes that an earlier attempt applied stay as history, the rest goes; the work
 * list is as the read left it. Records that a later task changed since this read began are left alone (R47).
 */
export async function resetPlan(
  tx: Tx,
  context: RunContext,
  { planned, safePart }: { readonly planned: boolean; readonly safePart: boolean },
): Promise<void> {
  const { task } = context;
  await keepApplied(tx, task.id, safePart);
  if (planned) await restoreWorklist(tx, task.id);
  await leaveOvertaken(tx, context);
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

/** A record that matched an existing row looks for it again, and must not get that row's id if it finds nobody. */
async function forgetMatches(tx: Tx, taskId: string): Promise<number> {
  return tx.$executeRaw`
    UPDATE staged_records s SET matched = false, new_id = fresh.id
    FROM (SELECT kind, external_id, row_number() OVER () AS place FROM staged_records
          WHERE task_id = ${taskId}::uuid AND matched LIMIT ${PAGE_SIZE}) old
    JOIN unnest(${freshIds(PAGE_SIZE)}::uuid[]) WITH ORDINALITY AS fresh (id, place) ON fresh.place = old.place
    WHERE s.task_id = ${taskId}::uuid AND s.kind = old.kind AND s.external_id = old.external_id`;
}

/** R47: whatever a later task heard of a record, also that nothing moved or that it is gone, is newer. */
async function leaveOvertaken(tx: Tx, context: RunContext): Promise<void> {
  const { task, scope } = context;
  await tx.$executeRaw`
    UPDATE staged_records s SET state = 'unchanged'
    FROM known_records k, sync_tasks t
    WHERE s.task_id = ${task.id}::uuid AND t.id = s.task_id AND s.state IN ('present', 'tombstone')
      AND k.source_id = ${scope.sourceId}::uuid AND k.kind = s.kind AND k.external_id = s.external_id
      AND k.applied_at > t.read_started_at AND k.task_id <> t.id`;
  const later = await findLaterTasks(tx, context);
  if (later.length === 0) return;
  await tx.$executeRaw`
    UPDATE staged_records s SET state = 'unchanged'
    FROM staged_records newer
    WHERE s.task_id = ${task.id}::uuid AND s.state IN ('present', 'tombstone')
      AND newer.task_id = ANY(${later}::uuid[]) AND newer.kind = s.kind AND newer.external_id = s.external_id
      AND newer.state IN ('present', 'unchanged', 'tombstone')`;
}
