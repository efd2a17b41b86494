import type { Prisma, Tx } from '../platform/db.js';
import { recordAudit } from './audit.store.js';
import { findTask } from '../tasks/life/find-task.store.js';
import type { Requester } from '../tasks/life/task-deps.js';
import type { Task } from '../tasks/life/task.js';

/** An action on a task. */
export interface TaskDeed extends Requester {
  readonly taskId: string;
  readonly verb: 'sync' | 'retry' | 'cancel' | 'approve' | 'reject' | 'undo';
  readonly detail?: Prisma.InputJsonObject;
  /** The task as it was locked, where it was there before the deed: both states are hashed. */
  readonly before?: Task;
}

/** Records an action on a task in the audit log. */
export async function auditTask(tx: Tx, deed: TaskDeed): Promise<void> {
  const { requestedBy: actor, address, taskId: objectId, verb, detail, before } = deed;
  const after = await findTask(tx, objectId);
  return recordAudit(tx, {
    actor,
    action: `task.${verb}`,
    objectType: 'task',
    objectId,
    address: address ?? null,
    detail: detail ?? {},
    before: before && after && sameFields(before, after),
    after,
  });
}

/** A locked task has more to it than a task: only what both have is compared. */
function sameFields(before: Task, after: Task): object {
  return Object.fromEntries(Object.keys(after).map((key) => [key, before[key as keyof Task]]));
}
