/**
 * Looks again and again until there is something to see. What is measured shall not pay for being looked at: between two
 * looks it waits for half a percent of the time so far, at least 5 ms.
 * @throws Error after `timeoutMs`.
 */
export async function pollUntil<T>(look: () => Promise<T | null>, timeoutMs = Infinity): Promise<T> {
  const begin = performance.now();
  for (;;) {
    const seen = await look();
    if (seen !== null) return seen;
    const elapsedMs = performance.now() - begin;
    if (elapsedMs > timeoutMs) throw new Error(`The expected state was not reached within ${timeoutMs} ms.`);
    await new Promise((done) => setTimeout(done, Math.max(5, elapsedMs / 200)));
  }
}
