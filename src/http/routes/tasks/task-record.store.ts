import type { Tx } from '../../../platform/db.js';

/** What a source said of one thing. */
export interface RecordSaid {
  /** In this task's read; null where nothing moved, or it is forgotten by now. */
  readonly read: unknown;
  /** What the source last said that was applied; null = never linked. */
  readonly known: unknown;
  readonly knownAt: Date | null;
}

/** Reads a record of a task's source: as the task read it, and as it was last applied; null = neither is there. */
export async function findTaskRecord(
  tx: Tx,
  wanted: { readonly taskId: string; readonly sourceId: string; readonly kind: string; readonly externalId: string },
): Promise<RecordSaid | null> {
  const { taskId, sourceId, kind, externalId } = wanted;
  const [staged, known] = await Promise.all([
    tx.stagedRecord.findUnique({ where: { taskId_kind_externalId: { taskId, kind, externalId } } }),
    tx.knownRecord.findUnique({ where: { sourceId_kind_externalId: { sourceId, kind, externalId } } }),
  ]);
  if (!staged && !known) return null;
  return { read: staged?.data ?? null, known: known?.data ?? null, knownAt: known?.appliedAt ?? null };
}
