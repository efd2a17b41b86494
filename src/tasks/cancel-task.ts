import { RequestError } from '../domain/errors.js';
import { ACTIVE_STATUSES } from '../domain/task.js';
import { inTransaction, type Tx } from '../platform/db.js';
import { askToStop } from './ask-to-stop.store.js';
import { auditTask } from './audit-task.store.js';
import { endTask } from './end-task.store.js';
import { type LockedTask, lockTask } from './lock-task.store.js';
import { takeWaitingPushes } from './take-waiting-pushes.store.js';
import type { Requester, TaskDeps } from './task-deps.js';
import { existingTask } from './existing-task.js';
import type { Task } from './task.js';

/** Which task to stop, and who says so. */
export interface CancelRequest extends Requester {
  readonly taskId: string;
}

/**
 * Cancels a task (R43): at once when no worker has it, else within some seconds, when its worker's heartbeat
 * sees the wish. What was applied stays. A second request changes nothing.
 *
 * @throws RequestError 404 task_not_found, 409 task_not_cancellable.
 */
export async function cancelTask(deps: TaskDeps, request: CancelRequest): Promise<{ readonly task: Task }> {
  await inTransaction(deps.db, async (tx) => {
    const task = await lockTask(tx, request.taskId);
    if (!(await cancel(tx, task))) throw notCancellable(task);
    await auditTask(tx, { ...request, verb: 'cancel', before: task });
  });
  return { task: await existingTask(deps.db.prisma, request.taskId) };
}

async function cancel(tx: Tx, task: LockedTask): Promise<boolean> {
  if (task.alive) return askToStop(tx, task.id);
  // The pushes that wait for a queued task are its work: without them nothing would be cancelled.
  const drains = task.status === 'queued' && task.mode === 'delta' && !task.dryRun;
  if (drains) await takeWaitingPushes(tx, { taskId: task.id, sourceId: task.sourceId });
  return endTask(tx, {
    taskId: task.id,
    from: ['queued', 'held', ...ACTIVE_STATUSES],
    fence: null,
    to: 'cancelled',
    code: 'cancelled',
    message: 'The task was cancelled on request.',
  });
}

function notCancellable({ id, status }: Task): RequestError {
  return new RequestError(409, 'task_not_cancellable', `Task ${id} has ended already (${status}).`);
}
