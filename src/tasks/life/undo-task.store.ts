import { v7 as uuidv7 } from 'uuid';
import { RequestError } from '../../domain/errors.js';
import { refuseSource } from '../../domain/source-state.js';
import { ENDED_STATUSES } from '../../domain/task.js';
import { inTransaction, type Tx } from '../../platform/db.js';
import { lostAgainst } from '../../platform/sql-error.js';
import { auditTask } from '../../audit/audit.store.js';
import { existingTask, findQueuedTask } from './find-task.store.js';
import { type LockedTask, lockTask } from './lock-task.store.js';
import { reviveSource } from './removal.store.js';
import { type Ring, ringTask } from './ring.store.js';
import type { Requester, Task, TaskDeps } from './task.js';

/** The task to undo, who requests it and why. */
interface UndoRequest extends Requester {
  readonly taskId: string;
  /** Only plan the undo; default false. */
  readonly dryRun?: boolean | undefined;
  readonly reason?: string | undefined;
}

/** The undo task; `joined` when the same undo was queued before this request. */
interface UndoAnswer {
  readonly task: Task;
  readonly joined: boolean;
}

/**
 * Queues a task that undoes the changes of an ended task, except rows that changed since then. The undo of a deletion
 * restores the source, disabled, in the same transaction.
 *
 * @throws RequestError 404 task_not_found, 409 task_not_ended, nothing_to_undo, undo_queued, source_deleted, or
 *   source_exists when another source has the name of the deleted one.
 */
export async function undoTask(deps: TaskDeps, request: UndoRequest): Promise<UndoAnswer> {
  const { taskId, ring } = await inTransaction(deps.db, (tx) => queue(tx, request));
  if (ring !== null) await ringTask(deps, { taskId, ring });
  return { task: await existingTask(deps.db.prisma, taskId), joined: ring === null };
}

type Queued = Pick<Ring, 'taskId'> & { readonly ring: number | null };

async function queue(tx: Tx, request: UndoRequest): Promise<Queued> {
  const { taskId: undoes, dryRun = false, requestedBy, reason } = request;
  const task = await lockTask(tx, undoes);
  await refuse(tx, task);
  if (!dryRun) await revive(tx, task);
  const draft = { id: uuidv7(), undoes, dryRun, requestedBy };
  const queued = (await insertUndo(tx, draft)) ?? (await join(tx, task, dryRun));
  const detail = { undoes, dryRun, ...(reason === undefined ? {} : { reason }) };
  await auditTask(tx, { ...request, taskId: queued.taskId, verb: 'undo', detail });
  return queued;
}

async function refuse(tx: Tx, { id, source, sourceState, mode, status, dryRun }: LockedTask): Promise<void> {
  if (!ENDED_STATUSES.some((ended) => ended === status)) {
    const message = `Task ${id} has not ended (${status}): cancel or reject it first, then undo it.`;
    throw new RequestError(409, 'task_not_ended', message);
  }
  const deletedIt = sourceState === 'deleted' && mode === 'remove' && (status === 'succeeded' || status === 'partial');
  const refused = sourceState === 'deleted' && !deletedIt && refuseSource(source, sourceState, 'undo its other tasks');
  if (refused) throw refused;
  if (!dryRun && (deletedIt || (await hasAppliedLines(tx, id)))) return;
  const message = `Task ${id} changed nothing, or its changes are no longer kept (90 days).`;
  throw new RequestError(409, 'nothing_to_undo', message);
}

/** Restores the source of the task if it is deleted. */
async function revive(tx: Tx, task: LockedTask): Promise<void> {
  try {
    await reviveSource(tx, task);
  } catch (error) {
    if (!lostAgainst(error, 'sources_name_key')) throw error;
    const message = 'Another source has the name of the deleted source. Delete that source first, then undo again.';
    throw new RequestError(409, 'source_exists', message);
  }
}

/** An undo of the source is queued: returns it if it is the same one; otherwise the caller must wait for it. */
async function join(tx: Tx, { id, sourceId }: LockedTask, dryRun: boolean): Promise<Queued> {
  const found = await findQueuedTask(tx, { sourceId, mode: 'undo', dryRun });
  if (found?.undoes === id) return { taskId: found.id, ring: null };
  throw new RequestError(409, 'undo_queued', 'Another undo of this source is queued: wait until it has started.');
}

/** Whether lines that a task applied are still there; they are pruned after a while. */
async function hasAppliedLines(tx: Tx, taskId: string): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ found: boolean }[]>`
    SELECT EXISTS (
      SELECT 1 FROM changes c JOIN sync_tasks t ON t.id = c.task_id
      WHERE c.task_id = ${taskId}::uuid AND c.action NOT IN ('skip', 'keep')
        AND change_outcome(c, t) = 'applied') AS found`;
  return row?.found ?? false;
}

/** A task that undoes another one. */
interface UndoDraft {
  readonly id: string;
  /** The ended task of which it is the undo. */
  readonly undoes: string;
  readonly dryRun: boolean;
  readonly requestedBy: string;
}

/**
 * Queues an undo, also while the source is disabled: an admin who finds wrong data disables it first.
 *
 * @returns null when an undo of the source is queued already (R41).
 */
async function insertUndo(tx: Tx, draft: UndoDraft): Promise<Ring | null> {
  const { id, undoes, dryRun, requestedBy } = draft;
  // Touches one row: the new task. There is nothing to read, so it counts as pulled.
  const rows = await tx.$queryRaw<Ring[]>`
    INSERT INTO sync_tasks
      (id, source_id, trigger, mode, dry_run, status, pulled, undoes, ring, rung_at, requested_by)
    SELECT ${id}::uuid, t.source_id, 'undo', 'undo', ${dryRun}, 'queued', true, t.id, 1, now(), ${requestedBy}
    FROM sync_tasks t WHERE t.id = ${undoes}::uuid
    ON CONFLICT (source_id, mode, dry_run) WHERE status = 'queued' DO NOTHING
    RETURNING id AS "taskId", ring`;
  return rows[0] ?? null;
}
