import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { migrate } from '../prisma/migrate.js';
import { startEmbeddedPostgres } from '../src/platform/embedded-postgres/start.js';
import { startTestRedis } from '../src/testing/redis.js';
import { startSystem, type System, type Task } from '../src/testing/system.js';

/** PostgreSQL and Redis of one benchmark. Both sides of a comparison work on the same server. */
export interface BenchWorld {
  /** Makes a migrated database. @returns its address. */
  createDatabase(name: string): Promise<string>;
  dropDatabase(name: string): Promise<void>;
  /** API and workers as they run in production: compiled, with the flags of `npm run worker`. */
  startSystem(databaseUrl: string, options?: { readonly workers?: number; readonly redis?: boolean }): Promise<System>;
  close(): Promise<void>;
}

/** Starts the servers on free ports; PostgreSQL keeps its promises (fsync on), as in production. */
export async function openBenchWorld(): Promise<BenchWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  const settings = { max_connections: '100', shared_buffers: '512MB', max_wal_size: '4GB' };
  const server = await startEmbeddedPostgres({ dataFolder: join(folder, 'data'), settings });
  const redis = await startTestRedis();
  await server.createDatabase('bench_template');
  await migrate(server.url('bench_template'));
  const plugin = await buildPlugin();
  return {
    async createDatabase(name) {
      await server.createDatabase(name, 'bench_template');
      return server.url(name);
    },
    dropDatabase: (name) => server.dropDatabase(name),
    startSystem: (databaseUrl, { workers = 1, redis: onRedis = true } = {}) =>
      startSystem({
        ...{ databaseUrl, workers, compiled: true, plugins: [plugin] },
        ...(onRedis ? { redisUrl: redis.url } : {}),
      }),
    async close() {
      await redis.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
      await rm(server.dataFolder, { recursive: true, force: true });
    },
  };
}

/** The made-up source as a plugin that plain Node can load. @returns its path. */
export async function buildPlugin(): Promise<string> {
  const outfile = './dist/bench/synthetic-plugin.mjs';
  const entryPoints = ['bench/synthetic-plugin.ts'];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' });
  return outfile;
}

/** Presses Sync and waits for the end, also of a plan that is held: that one is approved. @returns seconds. */
export async function syncAndWait(system: System, source: string): Promise<number> {
  const begin = performance.now();
  const { status, body } = await system.call<Task>('POST', `/api/v1/sources/${source}/sync`, {});
  if (status >= 300) throw new Error(`Sync was answered with ${status}: ${JSON.stringify(body)}`);
  let task = await untilEnded(system, body.id);
  if (task.held) {
    const approval = { planHash: task.held.planHash, reason: 'benchmark' };
    await system.call('POST', `/api/v1/tasks/${task.id}/approve`, approval);
    task = await untilEnded(system, body.id);
  }
  if (task.status !== 'succeeded') throw new Error(`The sync ended as ${task.status}: ${JSON.stringify(task.error)}`);
  return (performance.now() - begin) / 1_000;
}

const ENDED = ['succeeded', 'partial', 'failed', 'cancelled', 'held'];

/** Looks every 20 ms: what is measured takes hundreds. */
async function untilEnded(system: System, taskId: string): Promise<Task> {
  for (;;) {
    const { body } = await system.call<Task>('GET', `/api/v1/tasks/${taskId}`);
    if (ENDED.includes(body.status)) return body;
    await new Promise((done) => setTimeout(done, 20));
  }
}
