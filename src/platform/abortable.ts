import type pg from 'pg';
import type { Db, Tx } from './db.js';
import { withDirectSql } from './direct-sql.js';
import { setTimeout as wait } from 'node:timers/promises';
import { ShutdownError } from '../domain/errors.js';

/**
 * For the statements of a running task outside `fenced`: the same client, each of whose raw statements runs by itself
 * on a connection and is ended in PostgreSQL when the signal aborts for another reason than a shutdown (R43).
 *
 * Costs no statement: the connection knows its server process. Behind a pooler in transaction mode it does not, and a
 * statement goes on up to its time limit. A statement that begins later throws the signal's reason.
 */
export function abortable(db: Pick<Db, 'pool' | 'prisma' | 'cancelStatement'>, signal: AbortSignal): Tx {
  return withDirectSql<Tx>(db.prisma, () => ({ query: (statement) => queryUntil(db, signal, statement) }));
}

async function queryUntil(
  db: Pick<Db, 'pool' | 'cancelStatement'>,
  signal: AbortSignal,
  statement: pg.QueryConfig,
): Promise<pg.QueryResult> {
  signal.throwIfAborted();
  const client: ServedClient = await db.pool.connect();
  let lost: Error | undefined;
  const onError = (error: Error) => (lost = error);
  client.on('error', onError);
  try {
    return await endedOnAbort(db, { signal, pid: client.processID ?? null }, () => client.query(statement));
  } finally {
    client.off('error', onError);
    client.release(lost);
  }
}

/** The process that serves the connection, as the server said when it was opened: not among the types of `pg`. */
interface ServedClient extends pg.PoolClient {
  readonly processID?: number | null;
}

/** A cancel request may arrive between two statements, where it does nothing: it is repeated until the work ends. */
const AGAIN_MS = 500;

/** What is to be ended, and when. */
interface AbortableWork {
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
