import { setTimeout as delay } from 'node:timers/promises';

const TIMEOUT_MS = 60_000;
const EVERY_MS = 100;

/**
 * Waits until the API says that it and what it needs are there.
 *
 * @throws Error when it takes too long.
 */
export async function untilReady(url: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  let last = 'no answer';
  while (Date.now() < deadline) {
    const answer = await fetch(`${url}/readyz`, { signal }).catch(() => null);
    signal.throwIfAborted();
    if (answer?.ok) return;
    if (answer) last = await answer.text();
    await delay(EVERY_MS, undefined, { signal });
  }
  throw new Error(`the API was not ready within ${TIMEOUT_MS / 1000} s: ${last}`);
}
