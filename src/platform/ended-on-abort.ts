import { setTimeout as wait } from 'node:timers/promises';
import { ShutdownError } from '../domain/errors.js';
import type { Db } from './db.js';

/** A cancel request may arrive between two statements, where it does nothing: it is repeated until the work ends. */
const AGAIN_MS = 500;

/** What is to be ended, and when. */
export interface AbortableWork {
  readonly signal: AbortSignal;
  /** The server process of the work's connection; null = there is none. */
  readonly pid: number | null;
}

/**
 * Runs `work`, which has a connection to itself, and cancels its running statement in PostgreSQL when the signal aborts
 * for another reason than a shutdown. Settles only when no cancel request is on its way, so that none reaches a later
 * statement of the same connection.
 */
export async function endedOnAbort<T>(
  db: Pick<Db, 'cancelStatement'>,
  { signal, pid }: AbortableWork,
  work: () => Promise<T>,
): Promise<T> {
  if (pid === null) return work();
  const done = new AbortController();
  let cancelling = Promise.resolve();
  const onAbort = () => {
    if (!(signal.reason instanceof ShutdownError)) cancelling = cancelUntil(done.signal, () => db.cancelStatement(pid));
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', onAbort);
    done.abort();
    await cancelling;
  }
}

/** A request that fails (no connection available) is repeated as well. */
async function cancelUntil(done: AbortSignal, cancel: () => Promise<void>): Promise<void> {
  while (!done.aborted) {
    await cancel().catch(() => undefined);
    await wait(AGAIN_MS, undefined, { signal: done }).catch(() => undefined);
  }
}
