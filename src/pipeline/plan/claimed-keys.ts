import type { RecordTarget } from '../../targets/target.js';
import type { StoredDecision } from './changes.store.js';

/** The compared forms of the values that a line sets, and as `<field>_look` their looks (R5, R12). */
export function claimedKeys(target: RecordTarget, after: StoredDecision['after']): StoredDecision['keys'] {
  if (after === null) return null;
  const compared = new Set([...target.uniqueFields, ...target.matchKeys]);
  const keys = [...compared].filter((field) => field in after).flatMap((field) => keysOf(target, field, after[field]));
  return keys.length === 0 ? null : Object.fromEntries(keys);
}

function keysOf(target: RecordTarget, field: string, value: unknown): [string, string | null][] {
  const key = target.keyOf?.(field, value) ?? null;
  const look = key === null || !target.uniqueFields.includes(field) ? null : (target.lookOf?.(key) ?? null);
  return look === null
    ? [[field, key]]
    : [
        [field, key],
        [`${field}_look`, look],
      ];
}
