import type { Clock } from '../outbound/http-client/clock.js';

/** A clock that jumps to the next pending timer. */
export interface FastClock extends Clock {
  /** Moves it on by hand, as if so much time went by. */
  pass(ms: number): void;
}

/** Makes a clock for tests of limits: minutes go by in milliseconds, and in the right order. */
export function createFastClock(startMs = Date.parse('2026-03-02T08:00:00Z')): FastClock {
  let nowMs = startMs;
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  const wakeNext = (): void => {
    const next = sleepers.sort((one, other) => one.at - other.at).shift();
    if (!next) return;
    nowMs = Math.max(nowMs, next.at);
    next.wake();
  };
  return {
    now: () => nowMs,
    pass: (ms) => {
      nowMs += ms;
    },
    sleep(ms, signal) {
      signal.throwIfAborted();
      return new Promise((resolve, reject) => {
        const abort = () => reject(signal.reason as Error);
        signal.addEventListener('abort', abort, { once: true });
        const wake = () => {
          signal.removeEventListener('abort', abort);
          resolve();
        };
        sleepers.push({ at: nowMs + ms, wake });
        setImmediate(wakeNext);
      });
    },
  };
}
