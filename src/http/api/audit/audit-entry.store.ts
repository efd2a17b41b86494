import type { Tx } from '../../../platform/db.js';

/** One deed. */
export interface AuditEntryRow {
  readonly id: bigint;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly address: string | null;
  readonly detail: unknown;
  readonly beforeHash: string | null;
  readonly afterHash: string | null;
}

/** Which deeds to list. */
export interface AuditFilter {
  readonly objectType?: string | undefined;
  readonly objectId?: string | undefined;
  /** The last id of the page before. */
  readonly before: string | null;
  readonly limit: number;
}

/** Lists deeds, the newest first. */
export function listAuditEntries(tx: Tx, filter: AuditFilter): Promise<AuditEntryRow[]> {
  const { objectType, objectId, before, limit } = filter;
  return tx.auditEntry.findMany({
    where: {
      ...(objectType === undefined ? {} : { objectType }),
      ...(objectId === undefined ? {} : { objectId }),
      ...(before === null ? {} : { id: { lt: BigInt(before) } }),
    },
    omit: { prevHash: true, hash: true },
    orderBy: { id: 'desc' },
    take: limit,
  });
}
