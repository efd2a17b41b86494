import type { Tx } from '../platform/db.js';
import type { Ring } from './ring.store.js';

/** Whether lines that a task applied are still there; they are pruned after a while. */
export async function hasAppliedLines(tx: Tx, taskId: string): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ found: boolean }[]>`
    SELECT EXISTS (
      SELECT 1 FROM changes c JOIN sync_tasks t ON t.id = c.task_id
      WHERE c.task_id = ${taskId}::uuid AND c.action NOT IN ('skip', 'keep')
        AND (c.outcome = 'applied' OR (c.outcome IS NULL AND (c.rank, c.id) <= (t.mark_rank, t.mark_id)))) AS found`;
  return row?.found ?? false;
}

/** A task that is to take another one back. */
export interface WantedUndo {
  readonly id: string;
  readonly batch: string;
  /** The ended task of which it is the undo. */
  readonly undoes: string;
  readonly dryRun: boolean;
  readonly requestedBy: string;
}

/**
 * Queues an undo, also where the source is disabled: whoever finds bad data disables it first.
 *
 * @returns null when an undo of the source is queued already (R41).
 */
export async function insertUndo(tx: Tx, wanted: WantedUndo): Promise<Ring | null> {
  const { id, batch, undoes, dryRun, requestedBy } = wanted;
  // Touches one row: the new task. There is nothing to read, so it counts as pulled.
  const rows = await tx.$queryRaw<Ring[]>`
    INSERT INTO sync_tasks
      (id, batch, source_id, trigger, mode, dry_run, status, pulled, undoes, ring, rung_at, requested_by)
    SELECT ${id}::uuid, ${batch}, t.source_id, 'undo', 'undo', ${dryRun}, 'queued', true, t.id, 1, now(), ${requestedBy}
    FROM sync_tasks t WHERE t.id = ${undoes}::uuid
    ON CONFLICT (source_id, mode, dry_run) WHERE status = 'queued' DO NOTHING
    RETURNING id AS "taskId", ring`;
  return rows[0] ?? null;
}
