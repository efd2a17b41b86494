import type { Tx } from '../../platform/db.js';
import type { Task } from './task.js';
import { v7 as uuidv7 } from 'uuid';
import { insertReadless } from './queue-rechecks.store.js';
import type { Ring } from './ring.store.js';

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

/** The task that removes a source; without a `ring` if it was queued before. */
interface QueuedRemoval {
  readonly taskId: string;
  readonly ring: Ring | null;
}

/**
 * Queues the task that ends all links of a source and then deletes the source (R17), or returns the one that has not
 * ended. Part of the caller's transaction, which locks the source's row: call `ringTask` after the commit.
 */
export async function queueRemoval(tx: Tx, sourceId: string, requestedBy: string): Promise<QueuedRemoval> {
  const open = (await findOpenRemovals(tx, [sourceId])).get(sourceId);
  if (open !== undefined) return { taskId: open, ring: null };
  const ring = await insertReadless(tx, { id: uuidv7(), sourceId, requestedBy, mode: 'remove', trigger: 'manual' });
  return { taskId: ring.taskId, ring };
}
