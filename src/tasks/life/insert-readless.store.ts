import type { TaskTrigger } from '../../domain/task.js';
import type { Tx } from '../../platform/db.js';
import type { Ring } from './ring.store.js';

/** A task that works on known records without reading its source. */
export interface ReadlessDraft {
  readonly id: string;
  readonly sourceId: string;
  readonly mode: 'recompose' | 'recheck' | 'remove';
  readonly trigger: TaskTrigger;
  readonly requestedBy: string | null;
}

/**
 * Queues a task without a read, or returns the queued one of its mode; also while the source is disabled. Call
 * `ringTask` after the commit.
 */
export async function insertReadless(tx: Tx, draft: ReadlessDraft): Promise<Ring> {
  const { id, sourceId, mode, trigger, requestedBy } = draft;
  // Touches one row: the new task, or the queued one, which cannot begin before this transaction ends.
  const rows = await tx.$queryRaw<Ring[]>`
    INSERT INTO sync_tasks (id, source_id, trigger, mode, status, pulled, ring, rung_at, requested_by)
    VALUES (${id}::uuid, ${sourceId}::uuid, ${trigger}, ${mode}, 'queued', true, 1, now(), ${requestedBy})
    ON CONFLICT (source_id, mode, dry_run) WHERE status = 'queued' DO UPDATE SET pulled = true
    RETURNING id AS "taskId", ring`;
  const [ring] = rows;
  if (!ring) throw new Error('No task was queued.');
  return ring;
}
