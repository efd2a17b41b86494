import { RequestError } from '../../domain/errors.js';
import { ACTIVE_STATUSES } from '../../domain/task.js';
import { inTransaction, type Tx } from '../../platform/db.js';
import { isLockTooSlow } from '../../platform/sql-error.js';
import { auditTask } from '../../audit/audit.store.js';
import { endTask } from './end-task.store.js';
import { type LockedTask, lockTask } from './lock-task.store.js';
import { takeWaitingPushes } from '../inbox/waiting-pushes.store.js';
import type { Requester, Task, TaskDeps } from './task.js';
import { existingTask } from './find-task.store.js';

/** How long a request to cancel waits for a page of a worker without a heartbeat. */
const LOCK_TIMEOUT_MS = 1_000;

/** The task to cancel, and who requests it. */
interface CancelRequest extends Requester {
  readonly taskId: string;
}

/**
 * Cancels a task (R43): at once if no worker has it, else within some seconds, when its worker's heartbeat reads the
 * request. Applied changes stay. A second request changes nothing.
 *
 * @throws RequestError 404 task_not_found, 409 task_not_cancellable.
 */
export async function cancelTask(deps: TaskDeps, request: CancelRequest): Promise<{ readonly task: Task }> {
  try {
    await inTransaction(deps.db, (tx) => cancelIn(tx, request, endNow));
  } catch (error) {
    if (!isLockTooSlow(error)) throw error;
    // The worker has no heartbeat, but one of its transactions locks the task: the worker that takes it over ends it.
    await inTransaction(deps.db, (tx) => cancelIn(tx, request, (_, { id }) => requestCancel(tx, id)));
  }
  return { task: await existingTask(deps.db.prisma, request.taskId) };
}

type Cancel = (tx: Tx, task: LockedTask) => Promise<boolean>;

async function cancelIn(tx: Tx, request: CancelRequest, cancel: Cancel): Promise<void> {
  const task = await lockTask(tx, request.taskId);
  if (!(await (task.alive ? requestCancel(tx, task.id) : cancel(tx, task)))) throw notCancellable(task);
  await auditTask(tx, { ...request, verb: 'cancel', before: task });
}

async function endNow(tx: Tx, task: LockedTask): Promise<boolean> {
  if (ACTIVE_STATUSES.some((active) => active === task.status)) await waitForLocks(tx, LOCK_TIMEOUT_MS);
  // The waiting pushes are the work of a queued task, so they are cancelled with it.
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
  return new RequestError(409, 'task_not_cancellable', `Task ${id} has already ended (${status}).`);
}

/**
 * Requests that the worker of the task cancels it; its next heartbeat reads the request.
 *
 * @returns false when no worker has it.
 */
async function requestCancel(tx: Tx, taskId: string): Promise<boolean> {
  // Touches the one active task; a second request keeps the time of the first.
  const count = await tx.$executeRaw`
    UPDATE sync_tasks
    SET cancel_requested_at = COALESCE(cancel_requested_at, now())
    WHERE id = ${taskId}::uuid AND status = ANY(${[...ACTIVE_STATUSES]}::text[])`;
  return count === 1;
}

/** Makes later statements of the transaction fail (`isLockTooSlow`) if they wait longer than this for a lock. */
async function waitForLocks(tx: Tx, withinMs: number): Promise<void> {
  await tx.$executeRaw`SELECT set_config('lock_timeout', ${`${withinMs}ms`}, true)`;
}
