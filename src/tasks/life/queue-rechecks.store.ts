import { v7 as uuidv7 } from 'uuid';
import { inTransaction, type Tx } from '../../platform/db.js';
import { type Ring, ringTask } from './ring.store.js';
import type { TaskDeps } from './task.js';
import type { TaskTrigger } from '../../domain/task.js';

/**
 * Queues a task of mode `recheck` for each source with a record that waits for a unique value which is free now, for
 * example because of a task of another source, an erasure or a lock by hand (R12).
 */
export async function queueRechecks(deps: TaskDeps): Promise<void> {
  // In one transaction: a mark without its task would be lost.
  const rings = await inTransaction(deps.db, async (tx) => {
    const queued: Ring[] = [];
    for (const sourceId of await offerFreeValues(tx)) queued.push(await queue(tx, sourceId));
    return queued;
  });
  for (const ring of rings) await ringTask(deps, ring);
}

function queue(tx: Tx, sourceId: string): Promise<Ring> {
  const task = { id: uuidv7(), sourceId, requestedBy: null };
  return insertReadless(tx, { ...task, mode: 'recheck', trigger: 'recheck' });
}

/**
 * Marks the records that wait for a value (R12) which no user in force has now, and removes the mark of those whose
 * value is in use again. A record is marked once for a free value; it is then skipped until it waits again.
 *
 * @returns the sources of the records that were marked now, also disabled ones.
 */
async function offerFreeValues(tx: Tx): Promise<readonly string[]> {
  // Touches waiting records whose mark is not correct; a second call finds none.
  const rows = await tx.$queryRaw<{ sourceId: string; offered: boolean }[]>`
    UPDATE pending_references p SET offered_at = CASE WHEN found.free THEN clock_timestamp() END
    FROM (
      SELECT w.source_id, w.kind, w.external_id, w.field, w.wanted_external_id, NOT EXISTS (
               SELECT 1 FROM held_values v
               WHERE v.wanted_kind = w.wanted_kind AND v.face = w.wanted_external_id AND v.user_id <> k.target_id) AS free
      FROM pending_references w
      JOIN known_records k ON k.source_id = w.source_id AND k.kind = w.kind AND k.external_id = w.external_id
        AND k.removed_at IS NULL
      WHERE w.wanted_kind LIKE 'users.%'
    ) found
    WHERE p.source_id = found.source_id AND p.kind = found.kind AND p.external_id = found.external_id
      AND p.field = found.field AND p.wanted_external_id = found.wanted_external_id
      AND found.free <> (p.offered_at IS NOT NULL)
    RETURNING p.source_id AS "sourceId", found.free AS offered`;
  return [...new Set(rows.filter((row) => row.offered).map((row) => row.sourceId))];
}

/** A task that works on known records without reading its source. */
interface ReadlessDraft {
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
