import { AsyncLocalStorage } from 'node:async_hooks';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { Prisma, PrismaClient } from '../generated/prisma/client.js';
import { listen, type Listening } from './listen.js';

export { Prisma };

/** A transaction, or the client outside one: whatever can run a statement. */
export type Tx = Prisma.TransactionClient;

/** One database: the Prisma client and the pool that it works on. */
export interface Db {
  readonly prisma: PrismaClient;
  readonly pool: pg.Pool;
  /** Listens for notices on a connection of its own, until it or the database is closed. */
  listen(channel: string, onNotice: () => void): Listening;
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
  /** What a statement may take before PostgreSQL ends it; default: as long as it wants. */
  readonly statementWithinMs?: number;
}

/**
 * PostgreSQL ends a transaction whose process says nothing for so long. A process that is stopped or cut off in the
 * middle of one would keep its row locks otherwise, and nobody could take its task over. Shorter than a task's lease.
 */
const SILENT_TRANSACTION_MS = 20_000;

/** Opens one pool; Prisma and bulk statements share it. */
export function openDb(options: DbOptions): Db {
  const pool = new TellingPool({
    connectionString: options.url,
    max: options.maxConnections ?? 10,
    application_name: options.applicationName ?? 'rollcall',
    connectionTimeoutMillis: options.connectWithinMs ?? 5_000,
    statement_timeout: options.statementWithinMs ?? false,
    idle_in_transaction_session_timeout: SILENT_TRANSACTION_MS,
  });
  // An idle connection that the server closes is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined);
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: false }) });
  const listeners: Listening[] = [];
  return {
    prisma,
    pool,
    listen(channel, onNotice) {
      const applicationName = `${options.applicationName ?? 'rollcall'}-listen`;
      const listening = listen({ url: options.url, applicationName, channel, onNotice });
      listeners.push(listening);
      return listening;
    },
    async close() {
      await Promise.all(listeners.map((one) => one.close()));
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

/** Runs `work` in one transaction; long enough for a page of bulk statements, never for a wait on a person. */
export function inTransaction<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  const opened: Opened = {};
  return connecting.run(opened, () =>
    db.prisma.$transaction(
      async (tx) => {
        if (opened.client) connections.set(tx, opened.client);
        try {
          return await work(tx);
        } finally {
          // The connection is somebody else's soon: a statement that comes late must not run there.
          connections.delete(tx);
        }
      },
      { maxWait: 10_000, timeout: 300_000 },
    ),
  );
}

/**
 * The connection that a transaction of `inTransaction` works on, for what Prisma can't say or says too slowly (bulk.ts).
 * @throws Error for the client of another transaction, or of none.
 */
export function connectionOf(tx: Tx): pg.PoolClient {
  const connection = connections.get(tx);
  if (!connection) throw new Error('Bulk statements need a transaction of inTransaction.');
  return connection;
}

interface Opened {
  client?: pg.PoolClient;
}

/** Who asks the pool for a connection: Prisma does not tell on which one a transaction runs. */
const connecting = new AsyncLocalStorage<Opened>();
const connections = new WeakMap<Tx, pg.PoolClient>();

/** Tells the transaction that asks which connection it got. */
class TellingPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(told: Parameters<pg.Pool['connect']>[0]): void;
  override connect(told?: Parameters<pg.Pool['connect']>[0]): Promise<pg.PoolClient> | void {
    if (told) return super.connect(told);
    const opened = connecting.getStore();
    return super.connect().then((client) => {
      if (opened) opened.client ??= client;
      return client;
    });
  }
}

/** Reads in one transaction that sees one moment of the database. */
export function repeatableRead<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  return db.prisma.$transaction(work, { isolationLevel: 'RepeatableRead', maxWait: 10_000, timeout: 3_600_000 });
}
