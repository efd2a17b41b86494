import type { Tx } from '../../platform/db.js';
import type { Task } from './task.js';

/** The task of each source that removes its records and then deletes it, if such a task has not ended. */
export async function findOpenRemovals(tx: Tx, sourceIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.$queryRaw<{ sourceId: string; taskId: string }[]>`
    SELECT r.source_id AS "sourceId", min(r.id::text) AS "taskId" FROM sync_tasks r
    WHERE r.source_id = ANY(${[...sourceIds]}::uuid[]) AND r.mode = 'remove'
      AND r.status IN ('queued', 'pulling', 'planning', 'held', 'applying')
    GROUP BY r.source_id`;
  return new Map(rows.map(({ sourceId, taskId }) => [sourceId, taskId]));
}

/** A deleted source and its former name, from one of its tasks. */
type RevivedSource = Pick<Task, 'sourceId' | 'source'>;

/**
 * Restores a deleted source with its former name; it stays disabled. Touches the one source.
 * @throws the driver's error of the index `sources_name_key` when another source has the name now.
 */
export async function reviveSource(tx: Tx, { sourceId, source: name }: RevivedSource): Promise<void> {
  await tx.$executeRaw`
    UPDATE sources SET name = ${name}, deleted_at = NULL, updated_at = now()
    WHERE id = ${sourceId}::uuid AND deleted_at IS NOT NULL`;
}
