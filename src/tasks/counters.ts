/** Names of what is counted for good in the table `counters`. Never rename: the count would begin anew. */
export const COUNTERS = {
  /** Late workers that were kept from writing. */
  fenced: 'fenced',
} as const;
