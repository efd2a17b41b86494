import { RequestError } from '../../domain/errors.js';
import { inTransaction, type Tx } from '../../platform/db.js';
import { lostAgainst } from '../../platform/sql-error.js';
import { auditTask } from '../../audit/audit-task.store.js';
import { existingTask } from './find-task.store.js';
import { type LockedTask, lockTask } from './lock-task.store.js';
import { requireSource } from './require-source.js';
import { ringTask } from './ring.store.js';
import type { Requester, TaskDeps } from './task-deps.js';
import type { Task } from './task.js';

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
