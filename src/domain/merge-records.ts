import { type GivenClaim, keepClaims } from './department-claim.js';

type CleanRecord = Readonly<Record<string, unknown>>;

/**
 * What a source says after it said `earlier` and then `later`: absent keys stay (R3), custom fields one by one.
 * @param damaged fields of `later` that had unusable parts: of a list, what was said before stays beside the new items.
 */
export function mergeRecords(
  earlier: CleanRecord,
  later: CleanRecord,
  damaged: ReadonlySet<string> = NONE,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...earlier, ...later };
  const attributes = { ...(earlier['attributes'] as CleanRecord), ...(later['attributes'] as CleanRecord) };
  if (Object.keys(attributes).length > 0) merged['attributes'] = attributes;
  if (damaged.has('departments')) {
    merged['departments'] = keepClaims(claimsOf(earlier), claimsOf(later));
  }
  return merged;
}

const NONE: ReadonlySet<string> = new Set();

function claimsOf(record: CleanRecord): readonly GivenClaim[] {
  return (record['departments'] ?? []) as readonly GivenClaim[];
}
