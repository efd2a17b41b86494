import { RequestError } from '../domain/errors.js';
import { inTransaction, type Tx } from '../platform/db.js';
import { lostAgainst } from '../platform/sql-error.js';
import { auditTask } from './audit-task.store.js';
import { existingTask } from './existing-task.js';
import { findQueuedTwin } from './find-queued-twin.store.js';
import { handPushesBack } from './hand-pushes-back.store.js';
import { lockTask } from './lock-task.store.js';
import { requeueTask } from './retry-task.store.js';
import { ringTask } from './ring-task.js';
import type { Requester, TaskDeps } from './task-deps.js';
import type { Task } from './task.js';

/** Which task to do again, and who says so. */
export interface RetryRequest extends Requester {
  readonly taskId: string;
  /** Read the source again instead of going on where it stopped; default false. */
  readonly fromStart?: boolean | undefined;
  /** false = the caller works on it now, nobody must be called; default true. */
  readonly ring?: boolean;
}

/** The task that does it: the same one, or (`joined`) another of its source and mode that was queued already. */
export interface RetryAnswer {
  readonly task: Task;
  readonly joined: boolean;
}

/**
 * Lets an ended task go on where it stopped (R42).
 *
 * @throws RequestError 404 task_not_found, 409 task_not_retryable, 409 source_disabled.
 */
export async function retryTask(deps: TaskDeps, request: RetryRequest): Promise<RetryAnswer> {
  const { prisma } = deps.db;
  const ring = await requeue(deps, request);
  if (ring === null) return { task: await joinTwin(deps, request), joined: true };
  if (request.ring ?? true) await ringTask(deps, { taskId: request.taskId, ring });
  return { task: await existingTask(prisma, request.taskId), joined: false };
}

/** @returns the new ring, or null when another task of its kind is queued (R41). */
async function requeue(deps: TaskDeps, request: RetryRequest): Promise<number | null> {
  const { taskId, fromStart = false } = request;
  try {
    return await inTransaction(deps.db, async (tx) => {
      const task = await lockTask(tx, taskId);
      if (!task.sourceEnabled && task.mode !== 'undo') throw sourceDisabled(task);
      const ring = await requeueTask(tx, { taskId, fromStart });
      if (ring === null) throw notRetryable(task);
      await auditTask(tx, { ...request, verb: 'retry', before: task, detail: { fromStart } });
      return ring;
    });
  } catch (error) {
    if (lostAgainst(error, 'sync_tasks_one_queued')) return null;
    throw error;
  }
}

/** The queued task does the retried one's work, its unfinished pushes included. */
async function joinTwin(deps: TaskDeps, request: RetryRequest): Promise<Task> {
  return inTransaction(deps.db, async (tx) => {
    const task = await lockTask(tx, request.taskId);
    const twin = await findTwin(tx, task);
    await handPushesBack(tx, { taskId: task.id });
    await auditTask(tx, { ...request, verb: 'retry', before: task, detail: { joined: twin.id } });
    return twin;
  });
}

async function findTwin(tx: Tx, task: Task): Promise<Task> {
  const twin = await findQueuedTwin(tx, task);
  if (twin) return twin;
  throw new RequestError(409, 'task_not_retryable', 'Another task of this source began just now: retry again.');
}

function notRetryable({ id, status }: Task): RequestError {
  const hint = status === 'succeeded' ? 'it succeeded; start a new sync instead' : `it is ${status}`;
  return new RequestError(409, 'task_not_retryable', `Task ${id} can't be retried: ${hint}.`);
}

function sourceDisabled({ source }: Task): RequestError {
  return new RequestError(409, 'source_disabled', `Source "${source}" is disabled: enable it to retry.`);
}
