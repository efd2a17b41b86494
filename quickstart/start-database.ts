import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { migrate } from '../prisma/migrate.js';
import { startEmbeddedPostgres } from '../src/platform/embedded-postgres/start.js';
import { choosePort } from './choose-port.js';
import type { RunningPostgres, Workspace } from './open-workspace.js';
import type { Quickstart } from './quickstart.js';

const DATABASE = 'rollcall';

/**
 * Starts the PostgreSQL that npm installed, with the database at its newest shape.
 *
 * @returns the address of the database.
 */
export async function startDatabase({ say, keep }: Quickstart, workspace: Workspace): Promise<string> {
  if (workspace.leftOver) await stopLeftOver(workspace.leftOver);
  const wanted = join(workspace.folder, 'postgres');
  const server = await startEmbeddedPostgres({
    dataFolder: wanted,
    port: await choosePort(await keptPort(workspace)),
    settings: { logging_collector: 'off', temp_file_limit: '2GB' },
    ownProcessGroup: true,
  });
  keep({ what: 'PostgreSQL', close: () => server.stop() });
  const { pid, dataFolder } = server;
  await workspace.remember({ pid, dataFolder, url: server.url('postgres') });
  if (!(await hasDatabase(server.url('postgres')))) await server.createDatabase(DATABASE);
  const applied = await migrate(server.url(DATABASE));
  say(`  PostgreSQL   127.0.0.1:${server.port}${applied.length > 0 ? ', tables created' : ', existing data is used'}`);
  if (dataFolder !== wanted)
    say(`  Data         ${dataFolder}, because PostgreSQL cannot run as root and cannot access ${wanted}`);
  await writeFile(addressFile(workspace), `${server.url(DATABASE)}\n`, { mode: 0o600 });
  return server.url(DATABASE);
}

/** Where the command line reads the address of this database (src/cli/environment.ts). */
const addressFile = ({ folder }: Workspace) => join(folder, 'database-url');

/** The port of the start before, so that an address that was copied stays right; 0 = there was none. */
async function keptPort(workspace: Workspace): Promise<number> {
  const kept = await readFile(addressFile(workspace), 'utf8').catch(() => '');
  return URL.canParse(kept.trim()) ? Number(new URL(kept.trim()).port) : 0;
}

async function hasDatabase(url: string): Promise<boolean> {
  const rows = await ask<{ datname: string }>(url, 'SELECT datname FROM pg_database');
  return rows.some(({ datname }) => datname === DATABASE);
}

/** A quickstart that was killed leaves its server behind; only one that is surely ours is stopped. */
async function stopLeftOver({ pid, url, dataFolder }: RunningPostgres): Promise<void> {
  const rows = await ask<{ data_directory: string }>(url, 'SHOW data_directory').catch(() => []);
  if (rows[0]?.data_directory !== dataFolder) return;
  process.kill(pid, 'SIGINT');
  for (let attempt = 0; attempt < 100 && isAlive(pid); attempt += 1) await delay(100);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function ask<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<readonly Row[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}
