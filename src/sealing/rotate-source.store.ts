import type { Tx } from '../platform/db.js';
import type { StoredConfig } from '../sources/config-secrets.js';

/** What of a source matters to an exchange of keys. */
export interface SealedSource extends StoredConfig {
  readonly id: string;
  readonly name: string;
  readonly type: string;
}

/** The ids of a page of sources, in order. */
export async function listSourceIds(
  tx: Tx,
  { after, limit }: { after: string | null; limit: number },
): Promise<string[]> {
  const where = after === null ? {} : { id: { gt: after } };
  const rows = await tx.source.findMany({ where, orderBy: { id: 'asc' }, take: limit, select: { id: true } });
  return rows.map((row) => row.id);
}

/** Reads a source and keeps others from changing it until the transaction ends; its tasks go on. Null = it is gone. */
export async function lockSealedSource(tx: Tx, id: string): Promise<SealedSource | null> {
  await tx.$queryRaw`SELECT 1 FROM sources WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
  return tx.source.findUnique({
    where: { id },
    select: { id: true, name: true, type: true, config: true, dataKey: true },
  });
}

/** Saves options and their key together. The source did not change for anybody: its time stays. */
export async function saveSealedConfig(tx: Tx, id: string, { config, dataKey }: StoredConfig): Promise<void> {
  await tx.$executeRaw`
    UPDATE sources SET config = ${JSON.stringify(config)}::jsonb, data_key = ${dataKey}
    WHERE id = ${id}::uuid`;
}
