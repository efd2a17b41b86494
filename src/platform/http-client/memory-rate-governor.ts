import type { Clock } from './clock.js';
import { markOf, paceOf, pauseMarkOf, type RateGovernor } from './rate-governor.js';

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
