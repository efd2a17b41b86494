import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openQueue } from '../src/queue/queue.js';
import { acceptPush } from '../src/tasks/inbox/accept-push.store.js';
import { waitForPush } from '../src/tasks/inbox/wait-for-push.store.js';
import { createTaskWorld, SILENT } from '../src/testing/worlds/task-world.js';
import { waitFor } from '../src/testing/wait-for.js';
import { createTestDatabase, type TestDatabase } from '../src/testing/servers/test-database.js';

let database: TestDatabase;
let logDir: string;

beforeAll(async () => {
  database = await createTestDatabase();
  logDir = await mkdtemp(join(tmpdir(), 'rollcall-worker-'));
});
afterAll(async () => {
  await database.drop();
  await rm(logDir, { recursive: true, force: true });
});

function startProcess(databaseUrl: string, more: NodeJS.ProcessEnv = {}): ChildProcess {
  const env = {
    ...more,
    PATH: process.env['PATH'],
    DATABASE_URL: databaseUrl,
    LOG_DIR: logDir,
    SECRET_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
  };
  return spawn(process.execPath, ['--import', 'tsx', 'workers/main.ts'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

test('R46: the worker drains a push that was made before it started, and ends in order', async () => {
  const world = createTaskWorld(database.db);
  const queue = await openQueue({ redisUrl: null, databaseUrl: database.url, logger: SILENT });
  const deps = { ...world.deps, bell: queue };
  const records = [{ uid: 'ada', username: 'ada' }];
  const push = { sourceName: 'api', kind: 'user', matchKey: null, records, requestedBy: null, idempotency: null };
  const { pushId } = await acceptPush(deps, push);
  const worker = startProcess(database.url);
  const exit = once(worker, 'exit');
  const result = await waitForPush(deps, pushId, { timeoutMs: 60_000 });
  expect(result).toMatchObject({ status: 'succeeded' });
  expect(await database.db.prisma.user.count()).toBe(1);
  const startedAt = Date.now();
  worker.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
  expect(Date.now() - startedAt).toBeLessThan(25_000);
  expect((await readdir(logDir)).some((name) => name.startsWith('system-'))).toBe(true);
  await queue.close();
});

test('a worker refuses a database that lacks migrations, and says what to do', async () => {
  const empty = database.url.replace(/[^/]+$/, 'no_tables_yet');
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('CREATE DATABASE no_tables_yet');
  try {
    const worker = startProcess(empty);
    let output = '';
    worker.stderr!.on('data', (text: Buffer) => (output += text.toString()));
    expect(await once(worker, 'exit')).toEqual([1, null]);
    expect(output).toContain('npm run migrate');
  } finally {
    await client.query('DROP DATABASE no_tables_yet WITH (FORCE)');
    await client.end();
  }
});

test.each(['Promise.reject(new Error("boom"))', 'setTimeout(() => { throw new Error("boom") })'])(
  'an uncaught exception ends the worker with 1, in order: %s',
  async (fault) => {
    const plugin = join(logDir, 'faulty.mjs');
    await writeFile(plugin, `export function register() { process.once('SIGUSR2', () => { ${fault}; }); }`);
    const worker = startProcess(database.url, { PLUGINS: plugin });
    let output = '';
    worker.stdout!.on('data', (text: Buffer) => (output += text.toString()));
    const exit = once(worker, 'exit');
    const workers = () => database.db.prisma.workerProcess.count();
    await waitFor(async () => (await workers()) === 1);
    worker.kill('SIGUSR2');
    expect(await exit).toEqual([1, null]);
    expect(output).toMatch(/uncaught exception.*boom/);
    expect(await workers()).toBe(0);
  },
);
