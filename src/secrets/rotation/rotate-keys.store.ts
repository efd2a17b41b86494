import { SyncError } from '../../domain/errors.js';
import { type Db, inTransaction, type Tx } from '../../platform/db.js';
import type { ConfigSecrets, StoredConfig } from '../config-secrets.js';
import type { SourceRegistry } from '../../sources/source-registry.js';
import { recordAudit } from '../../audit/audit.store.js';
import { resealErasureKey, sealerOfErasureKey } from './erasure-key.store.js';
import type { Keyring } from '../sealing/keyring.js';

/** What an exchange of keys works with. */
interface RotateDeps {
  readonly db: Db;
  readonly sources: SourceRegistry;
  readonly configSecrets: ConfigSecrets;
  readonly keyring: Keyring;
}

/** How an exchange goes. */
interface RotateRequest {
  /** Also make new data keys and seal every secret anew. */
  readonly newDataKey: boolean;
  /** Called after each source. */
  readonly onSource?: (so: RotateCounts) => void;
}

/** How far an exchange came. */
export interface RotateCounts {
  readonly seen: number;
  readonly changed: number;
  /** Sources that could not be changed, and why. */
  readonly failed: readonly { readonly source: string; readonly reason: string }[];
}

const PAGE = 100;

/**
 * Brings every source to the newest key, one short transaction a source, while API and workers run. What is committed
 * is whole, so it may be stopped anywhere and run again; a source that needs nothing is left alone.
 */
export async function rotateKeys(deps: RotateDeps, { newDataKey, onSource }: RotateRequest): Promise<RotateCounts> {
  let counts: RotateCounts = { seen: 0, changed: 0, failed: [] };
  for (let after: string | null = null; ;) {
    const ids: readonly string[] = await listSourceIds(deps.db.prisma, { after, limit: PAGE });
    for (const id of ids) {
      counts = add(counts, await inTransaction(deps.db, (tx) => rotateSource(deps, tx, { id, newDataKey })));
      onSource?.(counts);
    }
    after = ids.at(-1) ?? null;
    if (ids.length < PAGE) return add(counts, await inTransaction(deps.db, (tx) => rotateErasureKey(deps, tx)));
  }
}

type Outcome = 'changed' | 'same' | { readonly source: string; readonly reason: string };

async function rotateSource(
  { sources, configSecrets }: RotateDeps,
  tx: Tx,
  { id, newDataKey }: { id: string; newDataKey: boolean },
): Promise<Outcome> {
  const source = await lockSealedSource(tx, id);
  if (!source) return 'same';
  const { name, type, config, dataKey } = source;
  try {
    const schema = sources.find(type)?.configSchema ?? null;
    const rotated = configSecrets.rotate({ sourceId: id, schema, config, dataKey }, { newDataKey });
    if (!rotated) return 'same';
    await saveSealedConfig(tx, id, rotated);
    const resealed = rotated.config !== config;
    await recordAudit(tx, {
      ...{ actor: 'command', action: 'source.rotate', objectType: 'source', objectId: id, detail: { name, resealed } },
      ...{ before: { config, dataKey }, after: { ...rotated } },
    });
    return 'changed';
  } catch (error) {
    if (error instanceof SyncError) return { source: name, reason: error.message };
    throw error;
  }
}

/** Counts among the sources: it is one more thing that is sealed. */
async function rotateErasureKey({ keyring }: RotateDeps, tx: Tx): Promise<Outcome | null> {
  try {
    if ((await sealerOfErasureKey(tx)) === null) return null;
    if (!(await resealErasureKey(tx, keyring))) return 'same';
    const deed = { actor: 'command', action: 'erasures.rotate', objectType: 'key', objectId: 'erasures' };
    await recordAudit(tx, deed);
    return 'changed';
  } catch (error) {
    if (error instanceof SyncError) return { source: 'the key of erasures', reason: error.message };
    throw error;
  }
}

function add({ seen, changed, failed }: RotateCounts, outcome: Outcome | null): RotateCounts {
  if (outcome === null) return { seen, changed, failed };
  return {
    seen: seen + 1,
    changed: changed + (outcome === 'changed' ? 1 : 0),
    failed: typeof outcome === 'object' ? [...failed, outcome] : failed,
  };
}

/** What of a source matters to an exchange of keys. */
interface SealedSource extends StoredConfig {
  readonly id: string;
  readonly name: string;
  readonly type: string;
}

/** The ids of a page of sources, in order. */
async function listSourceIds(tx: Tx, { after, limit }: { after: string | null; limit: number }): Promise<string[]> {
  const where = after === null ? {} : { id: { gt: after } };
  const rows = await tx.source.findMany({ where, orderBy: { id: 'asc' }, take: limit, select: { id: true } });
  return rows.map((row) => row.id);
}

/** Reads a source and keeps others from changing it until the transaction ends; its tasks go on. Null = it is gone. */
async function lockSealedSource(tx: Tx, id: string): Promise<SealedSource | null> {
  await tx.$queryRaw`SELECT 1 FROM sources WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
  return tx.source.findUnique({
    where: { id },
    select: { id: true, name: true, type: true, config: true, dataKey: true },
  });
}

/** Saves options and their key together. The source itself did not change: its time stays. */
async function saveSealedConfig(tx: Tx, id: string, { config, dataKey }: StoredConfig): Promise<void> {
  await tx.$executeRaw`
    UPDATE sources SET config = ${JSON.stringify(config)}::jsonb, data_key = ${dataKey}
    WHERE id = ${id}::uuid`;
}
