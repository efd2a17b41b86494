import { type GivenClaim, keepClaims } from './department-claim.js';

type CleanRecord = Readonly<Record<string, unknown>>;

/**
 * Merges the record `later` of a source into `earlier`: absent keys stay (R3), custom fields one by one.
 * @param damaged fields of `later` with unusable parts: of a list, the earlier items stay in addition to the new ones.
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
