import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../../prisma/migrate.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../platform/embedded-postgres/start.js';
import { openDb } from '../../platform/db.js';
import { waitFor } from '../wait-for.js';
import type { TestDatabase } from '../servers/test-database.js';

/** A PostgreSQL of one test, which may be killed. */
export interface OwnPostgres {
  readonly database: TestDatabase;
  /** Like `pg_ctl restart -m immediate`: no checkpoint, connections cut, recovery from the log at the start. */
  restartImmediately(): Promise<void>;
  close(): Promise<void>;
}

/** Starts one with a migrated database. */
export async function startOwnPostgres(): Promise<OwnPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-fault-postgres-'));
  // The operating system lives on, so what was written is there after a crash without waiting for the disk.
  const settings = { max_connections: '100', fsync: 'off' };
  let server = await startEmbeddedPostgres({ dataFolder: join(folder, 'data'), settings });
  await server.createDatabase('fault');
  const url = server.url('fault');
  await migrate(url);
  const db = openDb({ url, applicationName: 'rollcall-test' });
  const unused = () => Promise.reject(new Error('This database is used once.'));
  return {
    database: { url, db, reset: unused, drop: unused },
    async restartImmediately() {
      const { dataFolder, port } = server;
      await quit(server);
      server = await startEmbeddedPostgres({ dataFolder, port, settings });
    },
    async close() {
      await db.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
      await rm(server.dataFolder, { recursive: true, force: true });
    },
  };
}

/** SIGQUIT is PostgreSQL's immediate shutdown. */
async function quit({ pid }: EmbeddedPostgres): Promise<void> {
  process.kill(pid, 'SIGQUIT');
  await waitFor(() => Promise.resolve(!isAlive(pid)));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
