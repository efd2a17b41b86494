import type { Prisma, Tx } from '../platform/db.js';
import { recordAudit } from './audit.store.js';
import type { Requester } from './task-deps.js';

/** What somebody did to a task. */
export interface TaskDeed extends Requester {
  readonly taskId: string;
  readonly verb: 'sync' | 'retry' | 'cancel' | 'approve' | 'reject' | 'undo';
  readonly detail?: Prisma.InputJsonObject;
}

/** Writes down what somebody did to a task. */
export function auditTask(tx: Tx, deed: TaskDeed): Promise<void> {
  const { requestedBy: actor, address, taskId: objectId, verb, detail } = deed;
  return recordAudit(tx, {
    actor,
    action: `task.${verb}`,
    objectType: 'task',
    objectId,
    address: address ?? null,
    detail: detail ?? {},
  });
}
