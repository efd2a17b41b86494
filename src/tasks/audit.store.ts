import type { Prisma, Tx } from '../platform/db.js';

/** One thing that somebody did. */
export interface AuditRecord {
  /** `key:<id>`, `system` or `command`. */
  readonly actor: string;
  /** `<object type>.<verb>`, e.g. `task.retry`. */
  readonly action: string;
  readonly objectType: string;
  readonly objectId: string;
  /** The network address of the caller. */
  readonly address?: string | null | undefined;
  /** Ids, names of changed fields, reasons; never secrets or people. */
  readonly detail?: Prisma.InputJsonObject;
}

/** Writes down who did what; inside the transaction of the deed where there is one. */
export async function recordAudit(tx: Tx, record: AuditRecord): Promise<void> {
  const { actor, action, objectType, objectId, address, detail } = record;
  await tx.auditEntry.create({
    data: { actor, action, objectType, objectId, address: address ?? null, detail: detail ?? {} },
  });
}
