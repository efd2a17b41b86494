import { AsyncLocalStorage } from 'node:async_hooks';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { Prisma, PrismaClient } from '../generated/prisma/client.js';
import { listen, type Listening } from './listen.js';
import { withDirectSql } from './direct-sql.js';

export { Prisma };

/** A transaction, or the client outside one: whatever can run a statement. */
export type Tx = Prisma.TransactionClient;

/** One database: the Prisma client and the pool that it works on. */
export interface Db {
  readonly prisma: PrismaClient;
  readonly pool: pg.Pool;
  /** Listens for notices on a connection of its own, until it or the database is closed. */
  listen(channel: string, onNotice: () => void): Listening;
  /**
   * Cancels the statement that a server process runs now; without one it does nothing. Works on a connection of its
   * own, so that it does not wait for a free one of the pool. The role may cancel statements of its own sessions.
   * @param pid as `pg_backend_pid()` has it, of a connection that the caller still holds
   */
  cancelStatement(pid: number): Promise<void>;
  /**
   * Ends the sessions of this application whose open transactions keep the statement of a server process waiting; where
   * none does, nothing. On a connection of its own too.
   */
  endBlockers(pid: number): Promise<void>;
  close(): Promise<void>;
}

/** How a process opens the database. */
export interface DbOptions {
  readonly url: string;
  /** Connections at once, default 10. */
  readonly maxConnections?: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string;
  /** How long work waits for a connection, free or new, before it fails as `isDatabaseDown`; default 5 s. */
  readonly connectWithinMs?: number;
  /** What a statement may take before PostgreSQL ends it; default: no limit. */
  readonly statementWithinMs?: number;
  /** What a statement may wait for a lock before PostgreSQL ends it; default: as long as the statement may take. */
  readonly lockWithinMs?: number;
}

/**
 * PostgreSQL ends a transaction that is idle for so long. Otherwise a process that is stopped or cut off in the middle
 * of one would keep its row locks, and no other worker could take its task over. Shorter than a task's lease.
 */
const SILENT_TRANSACTION_MS = 20_000;

/** Opens one pool; Prisma and bulk statements share it. */
export function openDb(options: DbOptions): Db {
  const applicationName = nameOf(options);
  const pool = new TrackingPool({
    connectionString: options.url,
    max: options.maxConnections ?? 10,
    application_name: applicationName,
    connectionTimeoutMillis: options.connectWithinMs ?? 5_000,
    statement_timeout: options.statementWithinMs ?? false,
    ...(options.lockWithinMs === undefined ? {} : { lock_timeout: options.lockWithinMs }),
    idle_in_transaction_session_timeout: SILENT_TRANSACTION_MS,
  });
  // An idle connection that the server closes is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined);
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: false }) });
  const listeners: Listening[] = [];
  return {
    prisma: withDirectSql(prisma, () => pool),
    pool,
    listen(channel, onNotice) {
      const listening = listen({ url: options.url, applicationName: `${applicationName}-listen`, channel, onNotice });
      listeners.push(listening);
      return listening;
    },
    cancelStatement: (pid) => queryAside(options, 'SELECT pg_cancel_backend($1)', [pid]),
    endBlockers: (pid) => queryAside(options, END_BLOCKERS, [pid, applicationName]),
    async close() {
      await Promise.all(listeners.map((one) => one.close()));
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

function nameOf({ applicationName = 'rollcall' }: Pick<DbOptions, 'applicationName'>): string {
  return applicationName;
}

/** By name and role: a session of an administrator, or of another application, is left alone. */
const END_BLOCKERS = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE pid = ANY (pg_blocking_pids($1)) AND usename = current_user AND application_name = $2`;

async function queryAside({ url, ...options }: DbOptions, sql: string, values: readonly unknown[]): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    application_name: `${nameOf(options)}-cancel`,
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(sql, [...values]);
  } finally {
    await client.end();
  }
}

/** Runs `work` in one transaction; long enough for a page of bulk statements, never for a wait on a person. */
export function inTransaction<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  return begin(db, { maxWait: 10_000, timeout: 300_000 }, work);
}

/** Reads in one transaction that sees one moment of the database. */
export function repeatableRead<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  return begin(db, { isolationLevel: 'RepeatableRead', maxWait: 10_000, timeout: 3_600_000 }, work);
}

type Terms = Parameters<PrismaClient['$transaction']>[1];

function begin<T>(db: Db, terms: Terms, work: (tx: Tx) => Promise<T>): Promise<T> {
  const opened: Opened = {};
  return connecting.run(opened, () =>
    db.prisma.$transaction(async (tx) => {
      try {
        return await work(withDirectSql(tx, () => connectionOf(opened)));
      } finally {
        // The connection returns to the pool: a late statement must not run on it.
        opened.client = null;
      }
    }, terms),
  );
}

interface Opened {
  client?: pg.PoolClient | null;
}

function connectionOf({ client }: Opened): pg.PoolClient {
  if (!client) throw new Error('A statement came after the end of its transaction.');
  return client;
}

/** The transaction that asks the pool for a connection: Prisma does not say on which one it runs. */
const connecting = new AsyncLocalStorage<Opened>();

/** Reports to the current transaction which connection it got. */
class TrackingPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Parameters<pg.Pool['connect']>[0]): void;
  override connect(callback?: Parameters<pg.Pool['connect']>[0]): Promise<pg.PoolClient> | void {
    if (callback) return super.connect(callback);
    const opened = connecting.getStore();
    return super.connect().then((client) => {
      if (opened && opened.client === undefined) opened.client = client;
      return client;
    });
  }
}
