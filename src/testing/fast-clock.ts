/** A clock that stands still until somebody sleeps, and then is there at once. */
export interface FastClock {
  now(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Makes one: hours of waiting for a rate limit pass in no time, and every limit can still be counted. */
export function fastClock(): FastClock {
  let now = Date.parse('2026-03-01T00:00:00Z');
  return {
    now: () => now,
    sleep: async (ms, signal) => {
      const until = now + ms;
      // Others that were due earlier go first.
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      now = Math.max(now, until);
    },
  };
}
