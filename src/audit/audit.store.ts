import { hashRecord } from '../domain/record-hash.js';
import type { Prisma, Tx } from '../platform/db.js';
import { findTask } from '../tasks/life/find-task.store.js';
import type { Requester, Task } from '../tasks/life/task.js';

/** One action in the audit log. */
interface AuditRecord {
  /** `key:<id>`, `admin:<account id>`, `system`, `command` or `anonymous`. */
  readonly actor: string;
  /** `<object type>.<verb>`, e.g. `task.retry`. */
  readonly action: string;
  readonly objectType: string;
  readonly objectId: string;
  /** The network address of the caller. */
  readonly address?: string | null | undefined;
  /** Ids, names of changed fields, reasons; never secrets or people. */
  readonly detail?: Prisma.InputJsonObject;
  /** The object before the deed, for its hash; nothing of it is kept. */
  readonly before?: unknown;
  /** The object after the deed, for its hash. */
  readonly after?: unknown;
}

/**
 * Writes down who did what, chained to the entry before. The last statement of its transaction: until the commit every
 * other deed waits. Inside the transaction of the deed where there is one.
 */
export async function recordAudit(tx: Tx, record: AuditRecord): Promise<void> {
  const { actor, action, objectType, objectId, address, detail, before, after } = record;
  await tx.auditEntry.create({
    data: {
      ...{ actor, action, objectType, objectId, address: address ?? null, detail: detail ?? {} },
      ...{ beforeHash: hashOf(before), afterHash: hashOf(after) },
    },
    select: { id: true },
  });
}

/** Of the object as JSON, so that dates count. */
function hashOf(object: unknown): string | null {
  if (object === undefined || object === null) return null;
  const plain = JSON.stringify(object, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  return hashRecord(JSON.parse(plain), 'audit');
}

/** An action on a task. */
interface TaskDeed extends Requester {
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
