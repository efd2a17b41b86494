import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskMode } from '../../domain/task.js';
import { createApiKey } from '../../access/keys/api-key.store.js';
import { freePort } from '../../platform/free-port.js';
import { openQueue, type TaskQueue } from '../../queue/queue.js';
import { startTestRedis, type TestRedis } from '../servers/redis.js';
import { callerOf, environmentOf, type System, untilReady } from '../worlds/system.js';
import { createTaskWorld, SILENT, type TaskWorld } from '../worlds/task-world.js';
import { createTestDatabase, type TestDatabase } from '../servers/test-database.js';
import { buildProduct } from './build-product.js';
import { type FaultProcess, startFaultProcess } from './fault-process.js';
import type { Mutation } from './mutations.js';
import { QUICK_PATCHES } from './quick-patches.js';

/** A database, a Redis, and the product's processes with taps on their wires. */
export interface FaultWorld {
  readonly database: TestDatabase;
  readonly redis: TestRedis;
  /** The life of tasks from this very process, with the real queue and without taps. */
  readonly tasks: TaskWorld;
  /** What those rings go to. */
  readonly queue: TaskQueue;
  startWorker(options?: WorkerSetting): Promise<FaultProcess>;
  startApi(): Promise<FaultApi>;
  stop(): Promise<void>;
}

/** An API process with an admin's key. */
export interface FaultApi extends FaultProcess {
  readonly baseUrl: string;
  readonly call: System['call'];
}

/** How one worker differs. */
export interface WorkerSetting {
  readonly concurrency?: number;
  readonly env?: NodeJS.ProcessEnv;
  /** See `FaultProcessOptions`; such a worker is not waited for. */
  readonly stalled?: boolean;
}

/** How a world differs: what its product lacks, and what it stands on. */
export interface WorldSetting extends Mutation {
  /** Default: a clone of the run's template. */
  readonly database?: TestDatabase;
  readonly redis?: TestRedis;
}

const ADMIN = {
  name: 'test',
  role: 'admin',
  sourceId: null,
  pushOnly: false,
  expiresAt: null,
  createdBy: 'test',
} as const;

/** Opens a world without processes. */
export async function openFaultWorld(setting: WorldSetting = {}): Promise<FaultWorld> {
  const product = await buildProduct([...QUICK_PATCHES, ...(setting.patches ?? [])]);
  const database = setting.database ?? (await createTestDatabase());
  if (setting.sql) await database.db.pool.query(setting.sql);
  const redis = setting.redis ?? (await startTestRedis());
  const logDir = await mkdtemp(join(tmpdir(), 'rollcall-fault-'));
  const queue = await openQueue({ redisUrl: redis.url, databaseUrl: database.url, logger: SILENT });
  const tasks = createTaskWorld(database.db);
  const plugins = [join(product, 'src/testing/fault/plugin.js')];
  const base = environmentOf({ databaseUrl: database.url, plugins }, { logDir, port: 0 });
  const started: FaultProcess[] = [];
  let key: string | undefined;
  const start = async (program: 'src/server.js' | 'workers/main.js', env: NodeJS.ProcessEnv, stalled = false) => {
    const wires = { databaseUrl: database.url, redisUrl: redis.url };
    const process = await startFaultProcess({ product, program, ...wires, env: { ...base, ...env }, stalled });
    started.push(process);
    return process;
  };
  return {
    ...{
      database,
      redis,
      queue,
      tasks: Object.assign(tasks, { deps: { ...tasks.deps, bell: queue, supportedModes } }),
    },
    async startWorker({ concurrency = 4, stalled = false, env = {} } = {}) {
      const worker = await start('workers/main.js', { WORKER_CONCURRENCY: String(concurrency), ...env }, stalled);
      if (!stalled) await worker.node.untilSaid('worker started');
      return worker;
    },
    async startApi() {
      const port = await freePort();
      const baseUrl = `http://127.0.0.1:${port}`;
      key ??= (await createApiKey(database.db.prisma, ADMIN)).text;
      const api = await start('src/server.js', { PORT: String(port) });
      await untilReady(api.node, baseUrl);
      return Object.assign(api, { baseUrl, call: callerOf(baseUrl, key) });
    },
    async stop() {
      await Promise.all(started.map((one) => one.stop()));
      await queue.close();
      if (!setting.database) await database.drop();
      if (!setting.redis) await redis.close();
      await rm(logDir, { recursive: true, force: true });
    },
  };
}

function supportedModes(type: string): readonly TaskMode[] {
  return type === 'paged' ? ['full'] : ['delta'];
}
