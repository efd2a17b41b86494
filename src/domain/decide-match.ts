/** A row that a compared value found. */
export interface MatchHit {
  readonly id: string;
  readonly protected: boolean;
  /** It only looks like the value. */
  readonly lookalike: boolean;
  /** It is in force or protected: a unique value is its own (R12). */
  readonly holds: boolean;
  /** How the source links it by another record: `leaving` = this task ends that link. */
  readonly link: 'none' | 'leaving' | 'live';
}

/** What a match key says of a never-seen record. */
export type MatchVerdict =
  | { readonly verdict: 'none' }
  | { readonly verdict: 'match'; readonly targetId: string }
  | { readonly verdict: 'skip'; readonly code: 'match_ambiguous' | 'match_taken'; readonly message: string };

/** A match key, as the decision needs to know it. */
export interface MatchKey {
  readonly name: string;
  /** One row in force has a value of it alone (R12). */
  readonly unique: boolean;
}

/**
 * Decides whether the rows that one match key found are the record's own (R5, R10). A unique value is that of the row in
 * force; rows out of force that had it before do not count beside it.
 */
export function decideMatch({ name, unique }: MatchKey, hits: readonly MatchHit[]): MatchVerdict {
  if (hits.length === 0) return { verdict: 'none' };
  const equal = hits.filter((hit) => !hit.lookalike);
  const held = unique ? equal.filter((hit) => hit.holds) : [];
  const [only, ...others] = held.length > 0 ? held : equal;
  if (!only)
    return refuse(
      'match_ambiguous',
      `The ${name} only looks like that of user ${hits[0]?.id}: correct one of the two.`,
    );
  if (others.length > 0)
    return refuse('match_ambiguous', `Several users have this ${name}: correct them or use another match key.`);
  // The link of a protected user stays (R11); that of a locked one moves, and the lock stays (R15).
  if (only.link === 'live' || (only.link === 'leaving' && only.protected)) {
    return refuse('match_taken', `User ${only.id} with this ${name} is linked to another record of this source.`);
  }
  return { verdict: 'match', targetId: only.id };
}

/**
 * How strong a match is where several records of one task match the same row: the lowest rank has it. A username or an
 * e-mail belongs to one user and is stronger than a phone; of equal kinds the key that comes first counts (R10).
 * @param place of the key in the record's list of match keys, from 0.
 */
export function matchRank({ unique }: MatchKey, place: number): number {
  return (unique ? 0 : WEAK) + place;
}

/** Above the number of match keys. */
const WEAK = 1_000;

function refuse(code: 'match_ambiguous' | 'match_taken', message: string): MatchVerdict {
  return { verdict: 'skip', code, message };
}
