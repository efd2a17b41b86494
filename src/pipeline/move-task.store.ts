import { FencedError } from '../domain/errors.js';
import { mayMove, type TaskPhase, type TaskStatus } from '../domain/task.js';
import type { Tx } from '../platform/db.js';
import type { TaskRun } from './task-run.js';

/** Moves the task to the status that a phase begins with. @throws FencedError when it is not where we left it. */
export async function moveTask(tx: Tx, run: TaskRun, to: TaskStatus, phase: TaskPhase): Promise<void> {
  const from = (['queued', 'pulling', 'planning', 'applying'] as const).filter((status) => mayMove(status, to));
  const moved = await tx.$executeRaw`
    UPDATE sync_tasks SET status = ${to}, phase = ${phase}, done = 0, total = NULL, heartbeat_at = clock_timestamp()
    WHERE id = ${run.taskId}::uuid AND fence = ${run.fence} AND status = ANY(${[...from, to]}::text[])`;
  if (moved !== 1) throw new FencedError(run.taskId);
}
