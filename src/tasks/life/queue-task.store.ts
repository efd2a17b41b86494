import { v7 as uuidv7 } from 'uuid';
import { lostAgainst } from '../../platform/sql-error.js';
import { ringTask } from './ring.store.js';
import type { TaskDeps } from './task.js';
import type { TaskMode, TaskTrigger } from '../../domain/task.js';
import type { Tx } from '../../platform/db.js';

/**
 * Queues a task and adds its job, or returns the queued one of this source, mode and dry run (R41).
 *
 * @returns null when nothing is queued: the source is deleted, disabled or being deleted, or the slot has its task.
 */
export async function queueTask(
  deps: TaskDeps,
  draft: TaskDraft,
): Promise<(QueuedTask & { readonly joined: boolean }) | null> {
  const id = uuidv7();
  const task = await insertUnlessFilled(deps, { ...draft, id });
  if (task === null) return null;
  const joined = task.id !== id;
  if (!joined) await ringTask(deps, { taskId: task.id, ring: task.ring });
  return { ...task, joined };
}

async function insertUnlessFilled(
  { db }: TaskDeps,
  draft: TaskDraft & { readonly id: string },
): Promise<QueuedTask | null> {
  try {
    return await insertTask(db.prisma, draft);
  } catch (error) {
    // Another worker queued a task for the slot between the check and the insert.
    if (lostAgainst(error, 'sync_tasks_source_id_mode_scheduled_for_key')) return null;
    throw error;
  }
}

/** A task to insert. */
interface TaskDraft {
  readonly sourceId: string;
  readonly mode: TaskMode;
  readonly dryRun: boolean;
  readonly trigger: TaskTrigger;
  readonly requestedBy: string | null;
  /** The slot of the schedule that it is for. */
  readonly scheduledFor: Date | null;
}

/** The queued task: a new one, or the one that was queued already. */
interface QueuedTask {
  readonly id: string;
  readonly ring: number;
  readonly notBefore: Date | null;
}

/**
 * Queues a task, or returns the one that is queued for this source, mode and dry run (R41).
 *
 * @returns null when the source is deleted, disabled or being deleted, or the slot has its task already.
 */
async function insertTask(tx: Tx, task: TaskDraft & { readonly id: string }): Promise<QueuedTask | null> {
  const { id, sourceId, mode, dryRun, trigger, requestedBy, scheduledFor } = task;
  // Touches one row: the new task, or the queued one (which is then for the slot as well).
  const rows = await tx.$queryRaw<QueuedTask[]>`
    INSERT INTO sync_tasks
      (id, source_id, trigger, mode, dry_run, status, ring, rung_at, scheduled_for, requested_by)
    SELECT ${id}::uuid, s.id, ${trigger}, ${mode}, ${dryRun}, 'queued', 1, now(),
           ${scheduledFor}::timestamptz, ${requestedBy}
    FROM sources s
    WHERE s.id = ${sourceId}::uuid
      AND source_state(s) = 'enabled'
      AND NOT EXISTS (
        SELECT 1 FROM sync_tasks t
        WHERE t.source_id = s.id AND t.mode = ${mode} AND t.scheduled_for = ${scheduledFor}::timestamptz
      )
    ON CONFLICT (source_id, mode, dry_run) WHERE status = 'queued'
    DO UPDATE SET scheduled_for = GREATEST(sync_tasks.scheduled_for, EXCLUDED.scheduled_for)
    RETURNING id, ring, not_before AS "notBefore"`;
  return rows[0] ?? null;
}
