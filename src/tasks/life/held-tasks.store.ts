import { RequestError } from '../../domain/errors.js';
import { inTransaction, type Tx } from '../../platform/db.js';
import { lostAgainst } from '../../platform/sql-error.js';
import { auditTask } from '../../audit/audit.store.js';
import { existingTask } from './find-task.store.js';
import { type LockedTask, lockTask } from './lock-task.store.js';
import { requireSource } from './source-to-sync.store.js';
import { ringTask } from './ring.store.js';
import type { Requester, Task, TaskDeps } from './task.js';
import { endTask } from './end-task.store.js';
import { READ_MODES } from '../../domain/task.js';

/** The approval of a held plan. */
interface ApproveRequest extends Requester {
  readonly taskId: string;
  /** The hash of the plan that was shown to the person. */
  readonly planHash: string;
  readonly reason: string;
}

/**
 * Approves a held task: it applies exactly this plan (R33).
 *
 * @throws RequestError 404 task_not_found, 409 task_not_held, plan_changed, plan_expired,
 *   newer_task_queued, source_disabled or source_being_deleted.
 */
export async function approveTask(deps: TaskDeps, request: ApproveRequest): Promise<{ readonly task: Task }> {
  const ring = await approve(deps, request);
  await ringTask(deps, { taskId: request.taskId, ring });
  return { task: await existingTask(deps.db.prisma, request.taskId) };
}

async function approve({ db }: TaskDeps, request: ApproveRequest): Promise<number> {
  const { taskId, planHash, reason } = request;
  try {
    return await inTransaction(db, async (tx) => {
      const task = await lockTask(tx, taskId);
      // A task of a disabled source would wait in the queue until its approval expires (R33).
      requireSource(task, 'approve');
      const ring = await approveHeldTask(tx, { taskId, planHash });
      if (ring === null) throw notApprovable(task, planHash);
      await auditTask(tx, { ...request, verb: 'approve', before: task, detail: { planHash, reason } });
      return ring;
    });
  } catch (error) {
    if (!lostAgainst(error, 'sync_tasks_one_queued')) throw error;
    const message = 'A newer task of this source and mode is queued and will replace this plan: decide about that one.';
    throw new RequestError(409, 'newer_task_queued', message);
  }
}

function notApprovable(task: LockedTask, planHash: string): RequestError {
  const { id, status, held } = task;
  if (status !== 'held' || held === null) {
    return new RequestError(409, 'task_not_held', `Task ${id} does not wait for approval: it is ${status}.`);
  }
  if (held.planHash !== planHash) {
    return new RequestError(409, 'plan_changed', 'The plan has changed: check its changes again.');
  }
  return new RequestError(409, 'plan_expired', `The plan expired at ${held.expiresAt}: sync again.`);
}

/**
 * Queues a held task to apply exactly this plan.
 *
 * @returns its new ring, or null when it is not held, has another plan or has expired.
 * @throws the driver's error of the index `sync_tasks_one_queued` when a task of its mode is queued.
 */
async function approveHeldTask(
  tx: Tx,
  { taskId, planHash }: { readonly taskId: string; readonly planHash: string },
): Promise<number | null> {
  // Touches the one held task; a second approval finds it queued. An approval does not count as an attempt.
  const rows = await tx.$queryRaw<{ ring: number }[]>`
    UPDATE sync_tasks
    SET status = 'queued', approved_hash = ${planHash}, approved_at = now(), held = NULL, failures = 0, crashes = 0,
        attempt = GREATEST(attempt - 1, 0), ring = ring + 1, rung_at = now()
    WHERE id = ${taskId}::uuid AND status = 'held'
      AND held->>'planHash' = ${planHash} AND (held->>'expiresAt')::timestamptz > now()
    RETURNING ring`;
  return rows[0]?.ring ?? null;
}

/** The rejection of a held plan. */
interface RejectRequest extends Requester {
  readonly taskId: string;
  /** Kept as the task's message. */
  readonly reason: string;
}

/**
 * Ends a held task without applying its plan (R33).
 *
 * @throws RequestError 404 task_not_found, 409 task_not_held.
 */
export async function rejectTask(deps: TaskDeps, request: RejectRequest): Promise<{ readonly task: Task }> {
  const { taskId, reason } = request;
  await inTransaction(deps.db, async (tx) => {
    const before = await lockTask(tx, taskId);
    const ending = { taskId, from: ['held'], fence: null, to: 'cancelled', code: 'rejected', message: reason } as const;
    if (!(await endTask(tx, ending))) {
      throw new RequestError(
        409,
        'task_not_held',
        `Task ${taskId} does not wait for approval: it is ${before.status}.`,
      );
    }
    await auditTask(tx, { ...request, verb: 'reject', before, detail: { reason } });
  });
  return { task: await existingTask(deps.db.prisma, taskId) };
}

/**
 * Ends the held tasks whose plans were not approved in time (R33).
 *
 * @returns their number.
 */
export async function expireHeldTasks(tx: Tx): Promise<number> {
  const late = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM sync_tasks WHERE status = 'held' AND (held->>'expiresAt')::timestamptz <= now()`;
  const message = 'The plan was not approved in time. Sync again.';
  for (const { id } of late) {
    await endTask(tx, { taskId: id, from: ['held'], fence: null, to: 'cancelled', code: 'expired', message });
  }
  return late.length;
}

/**
 * Ends the older held tasks of a source: a newer full task reads all that they read, and has a guard of its own (R33).
 * A held task without a read stays: a full read does not do its work, and it plans again when it is approved.
 */
export async function supersedeHeld(
  tx: Tx,
  { taskId, sourceId }: { readonly taskId: string; readonly sourceId: string },
): Promise<void> {
  const held = await tx.syncTask.findMany({
    where: { sourceId, status: 'held', mode: { in: [...READ_MODES] }, id: { not: taskId } },
    select: { id: true },
  });
  const message = `A newer full task (${taskId}) replaced it.`;
  for (const { id } of held) {
    await endTask(tx, { taskId: id, from: ['held'], fence: null, to: 'cancelled', code: 'superseded', message });
  }
}
