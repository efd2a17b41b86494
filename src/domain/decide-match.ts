/** A row that a compared value found. */
export interface MatchHit {
  readonly id: string;
  readonly protected: boolean;
  /** It only looks like the value. */
  readonly lookalike: boolean;
  /** The source links it already, by another record. */
  readonly linked: boolean;
}

/** What a match key says of a never-seen record. */
export type MatchVerdict =
  | { readonly verdict: 'none' }
  | { readonly verdict: 'match'; readonly targetId: string }
  | { readonly verdict: 'skip'; readonly code: 'match_ambiguous' | 'match_taken'; readonly message: string };

/** Decides whether the rows that one match key found are the record's own (R5, R10). */
export function decideMatch(key: string, hits: readonly MatchHit[]): MatchVerdict {
  const exact = hits.filter((hit) => !hit.lookalike);
  if (hits.length === 0) return { verdict: 'none' };
  if (exact.length === 0) {
    return refuse('match_ambiguous', `The ${key} only looks like that of user ${hits[0]?.id}: correct one of them.`);
  }
  if (exact.length > 1)
    return refuse('match_ambiguous', `Several users have this ${key}: correct them or link by another key.`);
  const only = exact[0];
  if (!only) return { verdict: 'none' };
  if (only.linked) {
    return refuse('match_taken', `User ${only.id} with this ${key} is linked to another record of this source.`);
  }
  return { verdict: 'match', targetId: only.id };
}

function refuse(code: 'match_ambiguous' | 'match_taken', message: string): MatchVerdict {
  return { verdict: 'skip', code, message };
}
