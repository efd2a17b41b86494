import type { TaskEnd, TaskRun } from '../src/pipeline/run-context.js';
import type { Logger } from '../src/platform/logger.js';
import { openQueue, type TaskQueue } from '../src/queue/queue.js';
import { requestSync } from '../src/tasks/life/request-sync.store.js';
import { hasDebianPackage } from '../src/testing/servers/debian-package.js';
import { startTestRedis } from '../src/testing/servers/redis.js';
import { createTaskWorld, SILENT, type TaskWorld } from '../src/testing/worlds/task-world.js';
import { createTestDatabase, type TestDatabase } from '../src/testing/servers/test-database.js';
import { waitFor } from '../src/testing/wait-for.js';
import { startWorker } from './start-worker.js';

const MINUTE = 60_000;
let database: TestDatabase;
let world: TaskWorld;
const closings: (() => Promise<unknown>)[] = [];
const errors: { message: string; [field: string]: unknown }[] = [];
const logger = { ...SILENT, error: (message: string, fields: object) => void errors.push({ message, ...fields }) };

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close();
});
beforeEach(async () => {
  await database.reset();
  world = createTaskWorld(database.db);
  await world.addSource('hr');
  errors.length = 0;
});

/** A worker whose clock runs fast, by default a hundred times: two minutes in 1.2 s. */
function work(queue: TaskQueue, { unheardMs, speed = 100 }: { readonly unheardMs: number; readonly speed?: number }) {
  const watched = { stuck: 0 };
  const runTask = async ({ taskId }: TaskRun): Promise<TaskEnd> => {
    await database.db.prisma.syncTask.update({ where: { id: taskId }, data: { status: 'succeeded' } });
    return 'succeeded';
  };
  const deps = { ...world.deps, logger: logger as unknown as Logger, queue, bell: queue, runTask };
  const watchdog = { everyMs: 50, stallAfterMs: 2 * MINUTE, now: () => performance.now() * speed };
  const worker = startWorker(deps, {
    ...{ name: 'w1', concurrency: 2, maintenance: { everyMs: 50, unheardMs }, drainMs: 3_000 },
    watchdog: { ...watchdog, maxGapMs: 10 * MINUTE },
    onStuck: () => void (watched.stuck += 1),
  });
  closings.push(() => worker.stop());
  return Object.assign(watched, { worker });
}

async function open(redisUrl: string | null = null): Promise<TaskQueue> {
  const queue = await openQueue({ redisUrl, databaseUrl: database.url, logger: SILENT });
  closings.push(() => queue.close());
  return queue;
}

async function queuedWithoutRing(queue: TaskQueue): Promise<string> {
  const { task } = await requestSync({ ...world.deps, bell: queue }, { sourceName: 'hr', requestedBy: 'key:1' });
  // On a busy machine a request is answered before it has rung.
  await waitFor(async () => (await queue.board[0]!.getWaitingCount()) === 1);
  await queue.board[0]!.obliterate({ force: true });
  return task.id;
}

test('a worker that begins nothing while a task waits says why and asks to end, once', async () => {
  const queue = await open();
  const taskId = await queuedWithoutRing(queue);
  // No sweeper brings the ring back: from the worker's side the queue looks healthy and silent.
  const watched = work(queue, { unheardMs: 60 * MINUTE });
  await waitFor(() => Promise.resolve(errors.length >= 2));
  expect(watched.stuck).toBe(1);
  expect(errors[0]).toMatchObject({
    ...{ message: expect.stringContaining('starts none'), waiting: 1, taskIds: [taskId], startable: 1 },
    ...{ running: 0, concurrency: 2, queue: 'up', lastClaimAt: null },
  });
});

test('control: with the sweeper the same task begins, and no worker is ended', async () => {
  const queue = await open();
  const taskId = await queuedWithoutRing(queue);
  const watched = work(queue, { unheardMs: 0, speed: 5 });
  await waitFor(async () => (await world.row(taskId)).status === 'succeeded');
  expect([watched.stuck, errors]).toEqual([0, []]);
});

test('a queue that a person paused is named, and the worker stays', async () => {
  const queue = await open();
  await queue.board[0]!.pause();
  await requestSync({ ...world.deps, bell: queue }, { sourceName: 'hr', requestedBy: 'key:1' });
  const watched = work(queue, { unheardMs: 60 * MINUTE });
  await waitFor(() => Promise.resolve(errors.length >= 1));
  expect([watched.stuck, errors[0]?.queue]).toEqual([0, 'paused']);
  await queue.board[0]!.resume();
});

const hasRedis = hasDebianPackage('redis-server', 'redis-server');
(hasRedis ? test : test.skip)('Redis that is down is named, and the worker stays', async () => {
  const redis = await startTestRedis();
  closings.push(() => redis.close());
  const queue = await open(redis.url);
  await redis.stop();
  await requestSync({ ...world.deps, bell: queue }, { sourceName: 'hr', requestedBy: 'key:1' });
  const watched = work(queue, { unheardMs: 60 * MINUTE });
  await waitFor(() => Promise.resolve(errors.length >= 1));
  expect([watched.stuck, errors[0]]).toEqual([
    0,
    expect.objectContaining({ message: 'tasks wait because the queue is down', queue: 'down', waiting: 1 }),
  ]);
  // BullMQ's blocking connection retries without end while there is no Redis.
  await redis.start();
});

test('a worker tells that it lives and what it does, and takes itself off the list when it ends', async () => {
  const queue = await open();
  const watched = work(queue, { unheardMs: 60 * MINUTE });
  const rows = () => database.db.prisma.workerProcess.findMany();
  await waitFor(async () => (await rows()).length === 1);
  expect(await rows()).toMatchObject([{ name: 'w1', concurrency: 2, running: 0 }]);
  await watched.worker.stop();
  expect(await rows()).toEqual([]);
});
