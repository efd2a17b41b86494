/** Names of what is counted for good in the table `counters`. Never rename: the count would begin anew. */
export const COUNTERS = {
  /** Late workers that were kept from writing. */
  fenced: 'fenced',
  /** Rings that got lost and were given again by the sweeper. */
  rungAgain: 'rung_again',
  /** Held plans that nobody approved in time. */
  heldExpired: 'held_expired',
  /** Tasks that were taken over from a worker that died or hung. */
  takenOver: 'taken_over',
} as const;

/** Before the codes of skipped records. */
export const SKIPPED_PREFIX = 'skipped:';
