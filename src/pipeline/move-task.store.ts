import { FencedError } from '../domain/errors.js';
import { ACTIVE_STATUSES, mayMove, type TaskPhase, type TaskStatus } from '../domain/task.js';
import type { Tx } from '../platform/db.js';
import type { TaskRun } from './task-run.js';

/**
 * Moves the task to the first status of a phase. Like every UPDATE of the task's row this locks the row against
 * heartbeat and cancel until the transaction ends: call it last. @throws FencedError when the task was moved meanwhile.
 */
export async function moveTask(tx: Tx, run: TaskRun, to: TaskStatus, phase: TaskPhase): Promise<void> {
  const moved = await tx.$executeRaw`
    UPDATE sync_tasks SET status = ${to}, phase = ${phase}, done = 0, total = NULL, heartbeat_at = clock_timestamp()
    WHERE id = ${run.taskId}::uuid AND fence = ${run.fence} AND status = ANY(${statusesBefore(to)}::text[])`;
  if (moved !== 1) throw new FencedError(run.taskId);
}

/** The same for a new plan, of which nothing is applied. @param safePart only the part that needs no approval (R31). */
export async function beginPlan(tx: Tx, run: TaskRun, { safePart }: { readonly safePart: boolean }): Promise<void> {
  const moved = await tx.$executeRaw`
    UPDATE sync_tasks SET status = 'planning', phase = 'plan', done = 0, total = NULL, heartbeat_at = clock_timestamp(),
      mark_rank = -1, mark_id = 0, safe_part = ${safePart}
    WHERE id = ${run.taskId}::uuid AND fence = ${run.fence} AND status = ANY(${statusesBefore('planning')}::text[])`;
  if (moved !== 1) throw new FencedError(run.taskId);
}

function statusesBefore(to: TaskStatus): TaskStatus[] {
  const from = (['queued', ...ACTIVE_STATUSES] as const).filter((status) => mayMove(status, to));
  return [...from, to];
}
