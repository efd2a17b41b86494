import { FencedError } from '../domain/errors.js';
import { placeholdersOf } from '../domain/placeholder.js';
import { abortable } from '../platform/abortable.js';
import { noAdapter } from './no-adapter.js';
import type { RunContext, RunningSource, RunningTask, RunTaskDeps } from './run-context.js';
import type { TaskRun } from './task-run.js';

/**
 * Reads the current state of the task and its source.
 * @throws FencedError when the claim was lost, SourceConfigError when the task reads the source and there is no adapter
 *   for its type.
 */
export async function loadContext(deps: RunTaskDeps, run: TaskRun): Promise<RunContext> {
  const [row] = await abortable(deps.db, run.signal).$queryRaw<(RunningTask & { source: RunningSource })[]>`
    SELECT t.id, t.batch, t.mode, t.dry_run AS "dryRun", t.status, t.pulled, t.checkpoint,
           t.checkpoint_seq AS "checkpointSeq", t.approved_hash AS "approvedHash", t.safe_part AS "safePart", t.undoes,
           jsonb_build_object(
             'id', s.id, 'name', s.name, 'type', s.type, 'config', s.config, 'dataKey', s.data_key,
             'matchKeys', coalesce(s.match_keys, '{}'), 'priority', s.priority, 'removal', s.removal,
             'guard', s.guard, 'mapping', s.mapping, 'rawLog', s.raw_log, 'redact', coalesce(s.redact, '{}'),
             'placeholders', s.placeholders, 'cursor', s.cursor) AS source
    FROM sync_tasks t JOIN sources s ON s.id = t.source_id
    WHERE t.id = ${run.taskId}::uuid AND t.fence = ${run.fence}`;
  if (!row) throw new FencedError(run.taskId);
  const { source, ...task } = row;
  const adapter = deps.sources.find(source.type) ?? noAdapter(source.type, task.mode);
  const placeholders = placeholdersOf(source.placeholders);
  return { ...deps, run, adapter, task, source, placeholders, scope: { taskId: task.id, sourceId: source.id } };
}
