/** Looks again and again until `check` says yes. @throws Error when it did not within the time. */
export async function waitFor(check: () => Promise<boolean>, timeoutMs = 90_000, everyMs = 100): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (await check()) return;
    await new Promise((done) => setTimeout(done, everyMs));
  }
  throw new Error(`It did not happen within ${timeoutMs} ms.`);
}
