/** A row that was found by a compared value. */
export interface MatchHit {
  readonly id: string;
  readonly protected: boolean;
  /** Its value only looks like the compared one. */
  readonly lookalike: boolean;
  /** It is in force or protected, so a unique value belongs to it (R12). */
  readonly holds: boolean;
  /** Its link to another record of the source: `leaving` = this task ends that link. */
  readonly link: 'none' | 'leaving' | 'live';
}

/** The result of a match key for a record without a link. */
export type MatchVerdict =
  | { readonly verdict: 'none' }
  | { readonly verdict: 'match'; readonly targetId: string }
  | { readonly verdict: 'skip'; readonly code: 'match_ambiguous' | 'match_taken'; readonly message: string };

/** The properties of a match key that the decision depends on. */
export interface MatchKey {
  readonly name: string;
  /** Only one row in force can have a value of it (R12). */
  readonly unique: boolean;
}

/**
 * Decides whether a row that one match key found is the record's own (R5, R10). A unique value belongs to the row in
 * force; rows that are not in force and had it before do not count then.
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
 * The rank of a match when several records of one task match the same row: the lowest rank gets it. A username or an
 * e-mail belongs to one user and ranks before a phone; among equal ones the order of the keys counts (R10).
 * @param place the position of the key in the record's list of match keys, from 0.
 */
export function matchRank({ unique }: MatchKey, place: number): number {
  return (unique ? 0 : WEAK) + place;
}

/** Above the number of match keys. */
const WEAK = 1_000;

function refuse(code: 'match_ambiguous' | 'match_taken', message: string): MatchVerdict {
  return { verdict: 'skip', code, message };
}
