/**
 * Passes messages on until the signal is aborted, then throws its reason, even while the next message is awaited.
 * What was awaited is left behind: its answer is ignored.
 */
export async function* stopOnAbort<T>(messages: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  signal.throwIfAborted();
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason as Error);
  });
  aborted.catch(() => undefined);
  signal.addEventListener('abort', abort, { once: true });
  const reader = messages[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([reader.next(), aborted]);
      if (next.done === true) return;
      yield next.value;
      signal.throwIfAborted();
    }
  } finally {
    signal.removeEventListener('abort', abort);
    // Not awaited: a reader that hangs would never answer.
    reader.return?.().catch(() => undefined);
  }
}
