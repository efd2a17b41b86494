import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import pg from 'pg';
import { migrate } from '../prisma/migrate.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/platform/embedded-postgres/start.js';
import { startTestRedis, type TestRedis } from '../src/testing/servers/redis.js';
import { startSystem, type System } from '../src/testing/worlds/system.js';
import { probeEnvironment, type WatchedWorker, watchWorker } from './watched-worker.js';

/** The product at work on a database of its own. */
export interface BenchSystem {
  readonly system: System;
  /** Connections beside the product, to see what is committed. */
  readonly database: pg.Pool;
  readonly workers: readonly WatchedWorker[];
}

/** What a system differs in from one worker with its queue in Redis. */
export interface BenchSystemOptions {
  readonly workers?: number;
  readonly queue?: 'redis' | 'postgres';
  /** More of the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** PostgreSQL and Redis of one benchmark. All that is compared works on the same servers. */
export interface BenchWorld {
  /** As PostgreSQL calls itself. */
  readonly postgresVersion: string;
  /** Works on a fresh migrated database, which is dropped afterwards. */
  inDatabase<T>(work: (url: string) => Promise<T>): Promise<T>;
  /** The same with API and workers as they run in production: compiled, with the flags of npm's scripts. */
  inSystem<T>(options: BenchSystemOptions, work: (bench: BenchSystem) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const TEMPLATE = 'bench_template';

/** Starts the servers on free ports; PostgreSQL keeps its promises (fsync on), as in production. */
export async function openBenchWorld(): Promise<BenchWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  const settings = { max_connections: '200', shared_buffers: '512MB', max_wal_size: '4GB' };
  const server = await startEmbeddedPostgres({ dataFolder: join(folder, 'data'), settings });
  const redis = await startTestRedis();
  await server.createDatabase(TEMPLATE);
  await migrate(server.url(TEMPLATE));
  const plugin = await buildPlugin();
  const inDatabase = databasesOf(server);
  return {
    postgresVersion: await versionOf(server),
    inDatabase,
    inSystem: (options, work) =>
      inDatabase((databaseUrl) => withSystem({ ...options, databaseUrl, redis, plugin, folder }, work)),
    async close() {
      await redis.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
      await rm(server.dataFolder, { recursive: true, force: true });
    },
  };
}

/** The made-up source as a plugin that plain Node can load. @returns its path. */
async function buildPlugin(): Promise<string> {
  const outfile = './dist/bench/synthetic-plugin.mjs';
  const entryPoints = ['bench/synthetic-plugin.ts'];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' });
  return outfile;
}

async function versionOf(server: EmbeddedPostgres): Promise<string> {
  return withPool(server.url(TEMPLATE), async (pool) => {
    const { rows } = await pool.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version ?? '';
  });
}

/** Each turn begins with nothing left to write from the one before. */
function databasesOf(server: EmbeddedPostgres): BenchWorld['inDatabase'] {
  let count = 0;
  return async (work) => {
    count += 1;
    const name = `bench_${count}`;
    await server.createDatabase(name, TEMPLATE);
    try {
      await withPool(server.url(name), (pool) => pool.query('CHECKPOINT'));
      return await work(server.url(name));
    } finally {
      await server.dropDatabase(name);
    }
  };
}

interface SystemWorld extends BenchSystemOptions {
  readonly databaseUrl: string;
  readonly redis: TestRedis;
  readonly plugin: string;
  /** Where the workers' probes write. */
  readonly folder: string;
}

async function withSystem<T>(world: SystemWorld, work: (bench: BenchSystem) => Promise<T>): Promise<T> {
  const { databaseUrl, redis, plugin, folder, workers = 1, queue = 'redis', env = {} } = world;
  // Jobs of the system before would ring for tasks that are not in this database.
  await redis.flush();
  const system = await startSystem({
    ...{ databaseUrl, workers: 0, compiled: true, plugins: [plugin] },
    ...(queue === 'redis' ? { redisUrl: redis.url } : {}),
    env: { NODE_ENV: 'production', ...probeEnvironment(folder), ...env },
  });
  try {
    const started = await Promise.all(Array.from({ length: workers }, () => system.startWorker()));
    const watched = started.map(({ pid }) => watchWorker(pid!, folder));
    return await withPool(databaseUrl, (database) => work({ system, database, workers: watched }));
  } finally {
    await system.stop();
  }
}

async function withPool<T>(connectionString: string, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const pool = new pg.Pool({ connectionString });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}
