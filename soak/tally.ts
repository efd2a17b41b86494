/** What a soak counts. */
export interface Tally {
  /** Faults by their sort. */
  readonly faults: Map<string, number>;
  /** Tasks by how they ended. */
  readonly tasks: Map<string, number>;
  pushes: number;
  /** Retries that a person would have pressed. */
  retries: number;
  /** Held plans that a person would have approved. */
  approvals: number;
  lost: number;
  twice: number;
  removedWrongly: number;
  /** What was wrong, in words; the first twenty. */
  readonly details: string[];
}

/** All zero. */
export function createTally(): Tally {
  const nothing = { pushes: 0, retries: 0, approvals: 0, lost: 0, twice: 0, removedWrongly: 0 };
  return { faults: new Map(), tasks: new Map(), ...nothing, details: [] };
}

/** One more of a sort. */
export function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

/** Notes what is wrong. */
export function addFault(tally: Tally, what: 'lost' | 'twice' | 'removedWrongly', detail: string): void {
  tally[what] += 1;
  if (tally.details.length < 20) tally.details.push(`${what}: ${detail}`);
}
