import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, mkdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import pg from 'pg';
import { findPostgresBinaries, isOpenToEveryone, type PostgresBinaries } from './binaries.js';
import { freePort } from '../free-port.js';

/** A PostgreSQL server that this process started, on loopback only. */
export interface EmbeddedPostgres {
  readonly port: number;
  readonly dataFolder: string;
  /** The server process. */
  readonly pid: number;
  /** Connection address of a database, which must exist. */
  url(database: string): string;
  createDatabase(name: string, template?: string): Promise<void>;
  dropDatabase(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** How to start one. */
export interface EmbeddedPostgresOptions {
  /** Kept between starts; made when it is not there. */
  readonly dataFolder: string;
  /** 0 = a free one. */
  readonly port?: number;
  /** Server settings, as for `postgres -c`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Ctrl-C in the terminal does not reach the server: only `stop` ends it. */
  readonly ownProcessGroup?: boolean;
}

/**
 * Starts the PostgreSQL that npm installed; makes its data folder at first.
 *
 * As root the server runs as an unprivileged user, and a data folder that such a user can't reach is replaced by one
 * below the system's folder for temporary files (`dataFolder` of the answer tells).
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = await findPostgresBinaries();
  const dataFolder = await chooseDataFolder(resolve(options.dataFolder), binaries);
  if (!(await exists(join(dataFolder, 'PG_VERSION')))) await initDatabase(binaries, dataFolder);
  const port = options.port || (await freePort());
  const server = await startServer(binaries, dataFolder, { ...options, port });
  const url = (database: string) => `postgresql://rollcall@127.0.0.1:${port}/${database}`;
  const admin = (sql: string) => runAsAdmin(url('postgres'), sql);
  return {
    port,
    dataFolder,
    pid: server.pid!,
    url,
    createDatabase: (name, template) =>
      admin(
        `CREATE DATABASE ${pg.escapeIdentifier(name)}${template ? ` TEMPLATE ${pg.escapeIdentifier(template)}` : ''}`,
      ),
    dropDatabase: (name) => admin(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`),
    async stop() {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const gone = once(server, 'exit');
      server.kill('SIGINT');
      await gone;
    },
  };
}

async function chooseDataFolder(wanted: string, { owner }: PostgresBinaries): Promise<string> {
  const reachable = owner === null || (await isOpenToEveryone(dirname(wanted)));
  const key = createHash('sha256').update(wanted).digest('hex').slice(0, 12);
  const folder = reachable ? wanted : join(tmpdir(), `rollcall-data-${key}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  if (owner) await chown(folder, owner.uid, owner.gid);
  return folder;
}

async function initDatabase({ folder, owner }: PostgresBinaries, dataFolder: string): Promise<void> {
  const args = [
    '--pgdata',
    dataFolder,
    '--username',
    'rollcall',
    '--auth',
    'trust',
    '--encoding',
    'UTF8',
    '--no-locale',
  ];
  const child = spawn(join(folder, 'bin', 'initdb'), [...args, '--no-sync'], {
    ...owner,
    cwd: dataFolder,
    stdio: 'pipe',
  });
  const output = collect(child);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`initdb ended with ${code}: ${output()}`);
}

async function startServer(
  { folder, owner }: PostgresBinaries,
  dataFolder: string,
  { port, settings, ownProcessGroup }: EmbeddedPostgresOptions & { readonly port: number },
): Promise<ChildProcess> {
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', port: String(port), ...settings };
  const args = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(join(folder, 'bin', 'postgres'), ['-D', dataFolder, ...args], {
    ...owner,
    cwd: dataFolder,
    detached: ownProcessGroup === true && process.platform !== 'win32',
    stdio: 'pipe',
  });
  const output = collect(child);
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`postgres ended with ${child.exitCode}: ${output()}`);
    if (await answers(port)) return child;
    await new Promise((done) => setTimeout(done, 100));
  }
  child.kill('SIGKILL');
  throw new Error(`postgres did not answer within 30 s: ${output()}`);
}

/** Keeps the last lines that a child printed, for the error message. */
function collect(child: ChildProcess): () => string {
  let text = '';
  const add = (chunk: Buffer) => (text = (text + chunk.toString()).slice(-4_000));
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return () => text;
}

async function answers(port: number): Promise<boolean> {
  return runAsAdmin(`postgresql://rollcall@127.0.0.1:${port}/postgres`, 'SELECT 1').then(
    () => true,
    () => false,
  );
}

async function runAsAdmin(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
