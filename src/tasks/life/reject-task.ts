import { RequestError } from '../../domain/errors.js';
import { inTransaction } from '../../platform/db.js';
import { auditTask } from '../../audit/audit-task.store.js';
import { endTask } from './end-task.store.js';
import { existingTask } from './find-task.store.js';
import { lockTask } from './lock-task.store.js';
import type { Requester, TaskDeps } from './task-deps.js';
import type { Task } from './task.js';

/** The rejection of a held plan. */
export interface RejectRequest extends Requester {
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
