import type pg from 'pg';
import type { Db, Tx } from './db.js';
import { endedOnAbort } from './ended-on-abort.js';
import { withDirectSql } from './direct-sql.js';

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
