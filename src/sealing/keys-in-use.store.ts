import { factorKeyOf } from '../http/auth/second-factor-secret.js';
import type { Tx } from '../platform/db.js';
import { oldFormKeysOf } from '../sources/config-secrets.js';
import { wrappingKeyOf } from '../sources/data-key.js';
import type { SourceRegistry } from '../sources/source-registry.js';
import { sealerOfErasureKey } from './erasure-key.store.js';
import { listSealedSecrets } from './second-factor.store.js';

/** For how much each of the operator's keys is needed (sources, second factors, the key of erasures), by the key's id. */
export type KeysInUse = ReadonlyMap<string, number>;

/** Counts what is sealed with which key of the operator. Where no adapter is loaded, the old form can't be told. */
export async function countKeysInUse(tx: Tx, sources: SourceRegistry): Promise<KeysInUse> {
  // Options are read only where they may have the old form: they can be long.
  const rows = await tx.$queryRaw<{ type: string; dataKey: string | null; config: unknown }[]>`
    SELECT type, data_key AS "dataKey", CASE WHEN config::text LIKE '%"sealed:v1:%' THEN config END AS config
    FROM sources WHERE data_key IS NOT NULL OR config::text LIKE '%"sealed:v1:%'`;
  const counts = new Map<string, number>();
  for (const secret of await listSealedSecrets(tx)) add(counts, [factorKeyOf(secret)]);
  for (const { type, dataKey, config } of rows) {
    const schema = sources.find(type)?.configSchema;
    const ids = [
      ...(dataKey === null ? [] : [wrappingKeyOf(dataKey)]),
      ...(schema ? oldFormKeysOf(schema, config) : []),
    ];
    add(counts, ids);
  }
  const sealer = await sealerOfErasureKey(tx);
  if (sealer !== null) add(counts, [sealer]);
  return counts;
}

function add(counts: Map<string, number>, ids: readonly string[]): void {
  for (const id of new Set(ids)) counts.set(id, (counts.get(id) ?? 0) + 1);
}
