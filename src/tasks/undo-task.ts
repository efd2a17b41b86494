import { v7 as uuidv7 } from 'uuid';
import { RequestError } from '../domain/errors.js';
import { ENDED_STATUSES } from '../domain/task.js';
import { inTransaction, type Tx } from '../platform/db.js';
import { lostAgainst } from '../platform/sql-error.js';
import { auditTask } from './audit-task.store.js';
import { existingTask } from './existing-task.js';
import { findQueuedTwin } from './find-queued-twin.store.js';
import { type LockedTask, lockTask } from './lock-task.store.js';
import { newBatch } from './new-batch.js';
import type { Ring } from './ring.store.js';
import { ringTask } from './ring-task.js';
import type { Requester, TaskDeps } from './task-deps.js';
import type { Task } from './task.js';
import { hasAppliedLines, insertUndo } from './undo-task.store.js';

/** Which task to take back, who says so and why. */
export interface UndoRequest extends Requester {
  readonly taskId: string;
  /** Only plan it; default false. */
  readonly dryRun?: boolean | undefined;
  readonly reason?: string | undefined;
}

/** The task that does it; `joined` when the same undo was queued before this request. */
export interface UndoAnswer {
  readonly task: Task;
  readonly joined: boolean;
}

const ATTEMPTS = 5;

/**
 * Queues a task that takes back what an ended task changed, as far as nobody changed it since.
 *
 * @throws RequestError 404 task_not_found, 409 task_not_ended, nothing_to_undo or undo_queued.
 */
export async function undoTask(deps: TaskDeps, request: UndoRequest): Promise<UndoAnswer> {
  const { taskId, ring } = await queueWithBatch(deps, request);
  if (ring !== null) await ringTask(deps, { taskId, ring });
  return { task: await existingTask(deps.db.prisma, taskId), joined: ring === null };
}

type Queued = Pick<Ring, 'taskId'> & { readonly ring: number | null };

/** Six random digits may meet another task's of the same second: then others are taken. */
async function queueWithBatch({ db }: TaskDeps, request: UndoRequest): Promise<Queued> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await inTransaction(db, (tx) => queue(tx, request));
    } catch (error) {
      if (!lostAgainst(error, 'sync_tasks_batch_key') || attempt >= ATTEMPTS) throw error;
    }
  }
}

async function queue(tx: Tx, request: UndoRequest): Promise<Queued> {
  const { taskId: undoes, dryRun = false, requestedBy, reason } = request;
  const task = await lockTask(tx, undoes);
  await refuse(tx, task);
  const wanted = { id: uuidv7(), batch: newBatch(new Date()), undoes, dryRun, requestedBy };
  const queued = (await insertUndo(tx, wanted)) ?? (await join(tx, task, dryRun));
  const detail = { undoes, dryRun, ...(reason === undefined ? {} : { reason }) };
  await auditTask(tx, { ...request, taskId: queued.taskId, verb: 'undo', detail });
  return queued;
}

async function refuse(tx: Tx, { id, status, dryRun }: LockedTask): Promise<void> {
  if (!ENDED_STATUSES.some((ended) => ended === status)) {
    const message = `Task ${id} has not ended (${status}): cancel or reject it first, then undo what it applied.`;
    throw new RequestError(409, 'task_not_ended', message);
  }
  if (!dryRun && (await hasAppliedLines(tx, id))) return;
  const message = `Task ${id} changed nothing, or its changes are no longer kept (90 days).`;
  throw new RequestError(409, 'nothing_to_undo', message);
}

/** An undo of the source is queued: the same one is joined, another one must be waited for. */
async function join(tx: Tx, { id, sourceId }: LockedTask, dryRun: boolean): Promise<Queued> {
  const twin = await findQueuedTwin(tx, { sourceId, mode: 'undo', dryRun });
  if (twin?.undoes === id) return { taskId: twin.id, ring: null };
  throw new RequestError(409, 'undo_queued', 'Another undo of this source is queued: wait until it has begun.');
}
