import type { Keyring } from '../platform/keyring.js';
import type { KeysInUse } from './keys-in-use.store.js';

/** The ids of keys in use that are not on the ring. */
export function keysNotOn(keyring: Keyring, inUse: KeysInUse): readonly string[] {
  return [...inUse.keys()].filter((id) => !keyring.has(id)).sort();
}

/** Why a process without these keys does not start; null when none is missing. */
export function missingKeysText(ids: readonly string[]): string | null {
  if (ids.length === 0) return null;
  const named = ids.map((id) => `"${id}"`).join(', ');
  return `Secrets are sealed with keys that are not given: ${named}. Add them to SECRET_KEYS (or its file).`;
}
