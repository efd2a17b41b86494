import type { TaskMode, TaskTrigger } from '../domain/task.js';
import type { Tx } from '../platform/db.js';

/** A task that somebody wants. */
export interface WantedTask {
  readonly sourceId: string;
  readonly mode: TaskMode;
  readonly dryRun: boolean;
  readonly trigger: TaskTrigger;
  readonly requestedBy: string | null;
  /** The slot of the schedule that it fills. */
  readonly scheduledFor: Date | null;
}

/** The queued task that does what was wanted: a new one, or the one that was queued already. */
export interface QueuedTask {
  readonly id: string;
  readonly ring: number;
  readonly notBefore: Date | null;
}

/**
 * Queues a task, or joins the one that is queued for this source, mode and dry run (R41).
 *
 * @returns null when the source is gone or disabled, or the slot has its task already.
 */
export async function insertTask(
  tx: Tx,
  task: WantedTask & { readonly id: string; readonly batch: string },
): Promise<QueuedTask | null> {
  const { id, batch, sourceId, mode, dryRun, trigger, requestedBy, scheduledFor } = task;
  // Touches one row: the new task, or the queued one that it joins (which then stands for the slot as well).
  const rows = await tx.$queryRaw<QueuedTask[]>`
    INSERT INTO sync_tasks
      (id, batch, source_id, trigger, mode, dry_run, status, ring, rung_at, scheduled_for, requested_by)
    SELECT ${id}::uuid, ${batch}, s.id, ${trigger}, ${mode}, ${dryRun}, 'queued', 1, now(),
           ${scheduledFor}::timestamptz, ${requestedBy}
    FROM sources s
    WHERE s.id = ${sourceId}::uuid
      AND s.enabled
      AND NOT EXISTS (
        SELECT 1 FROM sync_tasks t
        WHERE t.source_id = s.id AND t.mode = ${mode} AND t.scheduled_for = ${scheduledFor}::timestamptz
      )
    ON CONFLICT (source_id, mode, dry_run) WHERE status = 'queued'
    DO UPDATE SET scheduled_for = GREATEST(sync_tasks.scheduled_for, EXCLUDED.scheduled_for)
    RETURNING id, ring, not_before AS "notBefore"`;
  return rows[0] ?? null;
}
