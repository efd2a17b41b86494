import type { Clock } from './clock.js';

/**
 * At most `max` calls in any `windowMs`. Calls that share the key share the limit, in whatever process they are made.
 */
export interface Rate {
  /** What is limited: provider, credential (hashed) and API. */
  readonly key: string;
  readonly max: number;
  readonly windowMs: number;
}

/**
 * Keeps the calls of all workers together below the limits of an external system.
 *
 * A caller reserves a place and then waits for it: no starvation, no polling. A call that the signal aborts is ended in
 * the database, too.
 */
export interface RateGovernor {
  /**
   * Takes a place for one call in every one of these limits.
   * @returns milliseconds to wait until the call may be made; 0 = now
   */
  reserve(rates: readonly Rate[], signal: AbortSignal): Promise<number>;
  /** The other side answered "too many requests": no call with this key is made for so long. */
  pause(key: string, waitMs: number, signal: AbortSignal): Promise<void>;
}

/** How a limit is kept: a tenth of it at once, the rest evenly spread, so that no window of that length holds more. */
interface Pace {
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

/** Keeps the limits within one process: for a check of options, and for tests with a clock of their own. */
export function memoryRateGovernor({ now }: Pick<Clock, 'now'>): RateGovernor {
  const marks = new Map<string, number>();
  return {
    reserve(rates) {
      const at = now();
      const waits = rates.map((rate) => {
        const { everyMs, aheadMs } = paceOf(rate);
        const due = Math.max(marks.get(markOf(rate)) ?? 0, at);
        marks.set(markOf(rate), due + everyMs);
        const pausedMs = (marks.get(pauseMarkOf(rate.key)) ?? 0) - at;
        return Math.max(due - at - aheadMs, pausedMs, 0);
      });
      return Promise.resolve(Math.max(0, ...waits));
    },
    pause(key, waitMs) {
      const until = Math.max(marks.get(pauseMarkOf(key)) ?? 0, now() + waitMs);
      marks.set(pauseMarkOf(key), until);
      return Promise.resolve();
    },
  };
}
