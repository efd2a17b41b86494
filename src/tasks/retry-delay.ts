const BASE_MS = 5_000;
const CAP_MS = 300_000;

/**
 * How long a task waits after a transient failure: doubled each time, capped, and spread so that many don't come
 * back at once; longer where the source asks for it (R42).
 */
export function retryDelay(given: {
  /** Failures in a row, this one included, from 1. */
  readonly failures: number;
  /** What the source asked for. */
  readonly afterMs: number | undefined;
  /** 0 (inclusive) to 1 (exclusive). */
  readonly random: number;
}): number {
  const full = Math.min(CAP_MS, BASE_MS * 2 ** (given.failures - 1));
  const spread = Math.round(full * (0.5 + given.random / 2));
  return Math.max(spread, given.afterMs ?? 0);
}
