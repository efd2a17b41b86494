import { FencedError, SourceConfigError } from '../domain/errors.js';
import { placeholdersOf } from '../domain/placeholder.js';
import { abortable } from '../platform/abortable.js';
import type { RunContext, RunningSource, RunningTask, RunTaskDeps, TaskRun } from './run-context.js';
import { z } from 'zod';
import { isReadless, type TaskMode } from '../domain/task.js';
import type { SourceAdapter } from '../sources/source-adapter.js';
import type { Tx } from '../platform/db.js';

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

/**
 * Replaces the adapter of a type that is not loaded: a source without its plugin can still be deleted, and its tasks
 * undone.
 * @throws SourceConfigError for a task that reads.
 */
function noAdapter(type: string, mode: TaskMode): SourceAdapter {
  const missing = new SourceConfigError(`There is no adapter for sources of type "${type}": load its plugin.`);
  if (!isReadless(mode)) throw missing;
  return {
    type,
    title: type,
    configSchema: z.unknown(),
    cursorSchema: z.unknown(),
    capabilities: { kinds: [], modes: [], resumable: false },
    check: () => Promise.reject(missing),
    read: () => {
      throw missing;
    },
  };
}

/** Whether the source still has a link. */
export async function hasLinks(tx: Tx, { scope }: RunContext): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ linked: boolean }[]>`
    SELECT EXISTS (
      SELECT 1 FROM known_records WHERE source_id = ${scope.sourceId}::uuid AND removed_at IS NULL) AS linked`;
  return row?.linked ?? false;
}

/** Whether a line of the task was not applied because its row changed after the plan. */
export async function hasConflicts(tx: Tx, { task }: RunContext): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ found: boolean }[]>`
    SELECT EXISTS (
      SELECT 1 FROM changes
      WHERE task_id = ${task.id}::uuid AND outcome = 'failed' AND code = 'changed_meanwhile') AS found`;
  return row?.found ?? false;
}
