import { AsyncLocalStorage } from 'node:async_hooks';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { Prisma, PrismaClient } from '../generated/prisma/client.js';
import { listen, type Listening } from './listen.js';
import { pastPrisma } from './past-prisma.js';

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
    prisma: pastPrisma(prisma, () => pool),
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
        return await work(pastPrisma(tx, () => connectionOf(opened)));
      } finally {
        // The connection is somebody else's soon: a statement that comes late must not run there.
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

/** Who asks the pool for a connection: Prisma does not tell on which one a transaction runs. */
const connecting = new AsyncLocalStorage<Opened>();

/** Tells the transaction that asks which connection it got. */
class TellingPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(told: Parameters<pg.Pool['connect']>[0]): void;
  override connect(told?: Parameters<pg.Pool['connect']>[0]): Promise<pg.PoolClient> | void {
    if (told) return super.connect(told);
    const opened = connecting.getStore();
    return super.connect().then((client) => {
      if (opened && opened.client === undefined) opened.client = client;
      return client;
    });
  }
}
