import { PUSHES_FINISHED } from '../../domain/push-channel.js';
import { nameWhenDeleted } from '../../domain/source-state.js';
import type { Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';

const SOURCE_DELETED = { code: 'source_deleted', message: 'The source of this task was deleted.' };

/**
 * Deletes the source of a task of mode `remove` (R17): it is no longer read or found by its name, its other tasks and
 * waiting pushes end, and its keys are deleted. Its row stays until the task can no longer be undone. Idempotent.
 *
 * Locks the source's row first and the task's own last, in the same order as requests that change a source, to avoid
 * deadlocks.
 */
export async function deleteSource(tx: Tx, { task, source }: RunContext): Promise<void> {
  await tx.$executeRaw`
    UPDATE sources SET name = ${nameWhenDeleted(source)}, enabled = false, deleted_at = clock_timestamp()
    WHERE id = ${source.id}::uuid AND deleted_at IS NULL`;
  const { code, message } = SOURCE_DELETED;
  // Touches waiting tasks: this one is the only running one (R41).
  await tx.$executeRaw`
    UPDATE sync_tasks SET status = 'cancelled', error_code = ${code}, error_message = ${message},
      counts = coalesce(held->'applied', counts), held = NULL, not_before = NULL, finished_at = clock_timestamp(),
      fence = fence + 1
    WHERE source_id = ${source.id}::uuid AND id <> ${task.id}::uuid AND status IN ('queued', 'held')`;
  const pushes = await tx.$executeRaw`
    UPDATE pushes SET finished_at = clock_timestamp(), result = ${JSON.stringify({
      status: 'cancelled',
      taskId: task.id,
      error: SOURCE_DELETED,
    })}::jsonb
    WHERE source_id = ${source.id}::uuid AND finished_at IS NULL`;
  if (pushes > 0) await tx.$executeRaw`SELECT pg_notify(${PUSHES_FINISHED}, '')`;
  await tx.$executeRaw`DELETE FROM api_keys WHERE source_id = ${source.id}::uuid`;
}
