import { SourceUnavailableError } from '../../domain/errors.js';

/**
 * Waits for work, but not beyond an abort or a time limit; the work itself goes on unheard.
 * @throws the signal's reason, or SourceUnavailableError after `limitMs`.
 */
export async function orAbort<T>(work: Promise<T>, signal: AbortSignal, limitMs?: number): Promise<T> {
  // Its failure after we left is nobody's business.
  work.catch(() => undefined);
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const interrupted = new Promise<never>((_, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    const timer = limitMs === undefined ? undefined : setTimeout(() => reject(tooLate(limitMs)), limitMs);
    signal.addEventListener('abort', onAbort, { once: true });
    stop = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
  });
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    stop();
  }
}

const tooLate = (limitMs: number) =>
  new SourceUnavailableError(`The LDAP server did not answer within ${limitMs / 1_000} s.`);
