import type { RecordTarget } from '../../targets/target.js';
import type { StoredDecision } from './changes.store.js';

/** The compared forms of the unique values that a line sets (R12). */
export function claimedKeys(target: RecordTarget, after: StoredDecision['after']): StoredDecision['keys'] {
  const named = target.uniqueFields.filter((field) => after !== null && field in after);
  if (named.length === 0 || after === null) return null;
  return Object.fromEntries(named.map((field) => [field, target.keyOf?.(field, after[field]) ?? null]));
}
