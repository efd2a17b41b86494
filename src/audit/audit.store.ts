import { hashRecord } from '../domain/record-hash.js';
import type { Prisma, Tx } from '../platform/db.js';

/** One action in the audit log. */
export interface AuditRecord {
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
