import { setTimeout as wait } from 'node:timers/promises';

/** Time, as what waits for it sees it: tests bring one that runs as fast as they like. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** @throws the signal's reason as soon as it is aborted */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The clock on the wall. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    signal.throwIfAborted();
    await wait(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
  },
};
