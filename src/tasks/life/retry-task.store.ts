import { RequestError } from '../../domain/errors.js';
import { inTransaction, Prisma, type Tx } from '../../platform/db.js';
import { lostAgainst } from '../../platform/sql-error.js';
import { auditTask } from '../../audit/audit.store.js';
import { existingTask, findQueuedTask } from './find-task.store.js';
import { releasePushes } from '../inbox/waiting-pushes.store.js';
import { lockTask } from './lock-task.store.js';
import { requireSource } from './source-to-sync.store.js';
import { ringTask } from './ring.store.js';
import type { Requester, Task, TaskDeps } from './task.js';

/** The task to retry, and who requests it. */
interface RetryRequest extends Requester {
  readonly taskId: string;
  /** Read the source again instead of continuing; default false. */
  readonly fromStart?: boolean | undefined;
  /** false = the caller runs the task now, no worker is woken; default true. */
  readonly ring?: boolean;
}

/** The task for the retry: the same one, or (`joined`) another of its source and mode that was queued already. */
interface RetryAnswer {
  readonly task: Task;
  readonly joined: boolean;
}

/**
 * Queues an ended task again; it continues where it stopped (R42).
 *
 * @throws RequestError 404 task_not_found, 409 task_not_retryable, source_disabled,
 *   source_being_deleted or source_deleted.
 */
export async function retryTask(deps: TaskDeps, request: RetryRequest): Promise<RetryAnswer> {
  const { prisma } = deps.db;
  const ring = await requeue(deps, request);
  if (ring === null) return { task: await joinQueuedTask(deps, request), joined: true };
  if (request.ring ?? true) await ringTask(deps, { taskId: request.taskId, ring });
  return { task: await existingTask(prisma, request.taskId), joined: false };
}

/** @returns the new ring, or null when another task of its mode is queued (R41). */
async function requeue(deps: TaskDeps, request: RetryRequest): Promise<number | null> {
  const { taskId, fromStart = false } = request;
  try {
    return await inTransaction(deps.db, async (tx) => {
      const task = await lockTask(tx, taskId);
      requireSource(task, 'retry');
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

/** The queued task does the work of the retried one, including its unfinished pushes. */
async function joinQueuedTask(deps: TaskDeps, request: RetryRequest): Promise<Task> {
  return inTransaction(deps.db, async (tx) => {
    const task = await lockTask(tx, request.taskId);
    const queued = await requireQueuedTask(tx, task);
    await releasePushes(tx, { taskId: task.id });
    await auditTask(tx, { ...request, verb: 'retry', before: task, detail: { joined: queued.id } });
    return queued;
  });
}

async function requireQueuedTask(tx: Tx, task: Task): Promise<Task> {
  const queued = await findQueuedTask(tx, task);
  if (queued) return queued;
  throw new RequestError(409, 'task_not_retryable', 'Another task of this source has just started: retry again.');
}

function notRetryable({ id, status }: Task): RequestError {
  const hint = status === 'succeeded' ? 'it succeeded; start a new sync instead' : `it is ${status}`;
  return new RequestError(409, 'task_not_retryable', `Task ${id} cannot be retried: ${hint}.`);
}

/** A retry keeps the data with which the next run continues; a retry from the start deletes those of the read. */
const FORGET_READ = Prisma.sql`
  , pulled = false, checkpoint = NULL, checkpoint_seq = 0, complete = '{}', read_started_at = NULL, done = 0, total = NULL`;

/**
 * Queues an ended task again, with its pushes unfinished.
 *
 * @returns its new ring, or null when its status does not allow it.
 * @throws the driver's error of the index `sync_tasks_one_queued` when a task of its mode is queued.
 */
export async function requeueTask(
  tx: Tx,
  { taskId, fromStart }: { readonly taskId: string; readonly fromStart: boolean },
): Promise<number | null> {
  // Touches the one ended task; a second call finds it queued.
  const rows = await tx.$queryRaw<{ ring: number }[]>`
    UPDATE sync_tasks
    SET status = 'queued', error_code = NULL, error_message = NULL, approved_hash = NULL, not_before = NULL,
        cancel_requested_at = NULL, failures = 0, crashes = 0, started_at = NULL, finished_at = NULL, cost_ms = NULL,
        queued_at = now(), ring = ring + 1, rung_at = now()
        ${fromStart ? FORGET_READ : Prisma.empty}
    WHERE id = ${taskId}::uuid AND status IN ('failed', 'cancelled', 'partial')
    RETURNING ring`;
  if (!rows[0]) return null;
  await tx.push.updateMany({ where: { taskId }, data: { result: Prisma.DbNull, finishedAt: null } });
  return rows[0].ring;
}
