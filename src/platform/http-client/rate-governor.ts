/** At most `max` calls in any `windowMs`. Calls that share the key share the limit, in whatever process they are made. */
export interface Rate {
  /** What is limited: provider, credential (hashed) and API. */
  readonly key: string;
  readonly max: number;
  readonly windowMs: number;
}

/**
 * Keeps all workers together below the limits of a system that they ask.
 *
 * A place is reserved and then waited for, so nobody starves and nobody polls.
 */
export interface RateGovernor {
  /**
   * Takes a place for one call in every one of these limits.
   * @returns milliseconds to wait until the call may be made; 0 = now
   */
  reserve(rates: readonly Rate[]): Promise<number>;
  /** The other side said "too many": nobody makes a call with this key for so long. */
  pause(key: string, waitMs: number): Promise<void>;
}

/** How a limit is kept: a tenth of it at once, the rest evenly spread, so that no window of that length holds more. */
export interface Pace {
  /** Between two calls. */
  readonly everyMs: number;
  /** So far ahead of its time may a call be made. */
  readonly aheadMs: number;
}

/**
 * The pace that keeps a limit in every window, wherever the other side's window begins (a counter that starts anew
 * each minute would let twice the limit through around its edge).
 */
export function paceOf({ max, windowMs }: Rate): Pace {
  const atOnce = Math.max(1, Math.floor(max / 10));
  const everyMs = windowMs / Math.max(1, max - atOnce);
  return { everyMs, aheadMs: (atOnce - 1) * everyMs };
}

/** The name of a limit's mark: one key may have several windows. */
export const markOf = ({ key, windowMs }: Rate): string => `${key} ${windowMs}`;

/** The name of the mark that stops a key altogether. */
export const pauseMarkOf = (key: string): string => `${key} pause`;
