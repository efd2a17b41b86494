import type { Keyring } from '../sealing/keyring.js';
import { factorKeyOf } from '../../access/second-factor/second-factor-secret.js';
import type { Tx } from '../../platform/db.js';
import { wrappingKeyOf } from '../sealing/data-key.js';
import { sealerOfErasureKey } from './erasure-key.store.js';
import { listSealedSecrets } from './rotate-second-factors.store.js';

/** The ids of keys in use that are not on the ring. */
export function keysNotOn(keyring: Keyring, inUse: KeysInUse): readonly string[] {
  return [...inUse.keys()].filter((id) => !keyring.has(id)).sort();
}

/** Why a process without these keys does not start; null when none is missing. */
export function missingKeysText(ids: readonly string[]): string | null {
  if (ids.length === 0) return null;
  const named = ids.map((id) => `"${id}"`).join(', ');
  return `Secrets are sealed with keys that are missing: ${named}. Add them to SECRET_KEYS (or its file).`;
}

/**
 * For how much each of the operator's keys is needed (sources, second factors, the key of erasures), by the key's id.
 */
export type KeysInUse = ReadonlyMap<string, number>;

/** Counts what is sealed with which key of the operator. */
export async function countKeysInUse(tx: Tx): Promise<KeysInUse> {
  const rows = await tx.$queryRaw<{ dataKey: string }[]>`
    SELECT data_key AS "dataKey" FROM sources WHERE data_key IS NOT NULL`;
  const sealer = await sealerOfErasureKey(tx);
  const ids = [
    ...(await listSealedSecrets(tx)).map(factorKeyOf),
    ...rows.map(({ dataKey }) => wrappingKeyOf(dataKey)),
    ...(sealer === null ? [] : [sealer]),
  ];
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}
