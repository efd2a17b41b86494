import { once } from 'node:events';
import { DelayedError, type Job, UnrecoverableError, type Worker } from 'bullmq';
import { hasDebianPackage } from '../testing/servers/debian-package.js';
import { startTestRedis, type TestRedis } from '../testing/servers/redis.js';
import { SILENT } from '../testing/worlds/task-world.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';
import { openQueue, type TaskQueue } from './queue.js';

const hasRedis = hasDebianPackage('redis-server', 'redis-server');
const backends = hasRedis ? (['redis', 'postgres'] as const) : (['postgres'] as const);
const SETTINGS = { concurrency: 2, lockDuration: 60_000, stalledInterval: 15_000, maxStalledCount: 1_000 };

let database: TestDatabase;
let redis: TestRedis | null = null;

beforeAll(async () => {
  database = await createTestDatabase();
  if (hasRedis) redis = await startTestRedis();
});
afterAll(async () => {
  await redis?.close();
  await database.drop();
});

const open = (backend: 'redis' | 'postgres') =>
  openQueue({ redisUrl: backend === 'redis' ? redis!.url : null, databaseUrl: database.url, logger: SILENT });
const newId = () => crypto.randomUUID();

/** What both backends must do alike. */
describe.each(backends)('a queue on %s', (backend) => {
  let queue: TaskQueue;
  let worker: Worker | null = null;

  beforeEach(async () => {
    queue = await open(backend);
    await queue.board[0]!.obliterate({ force: true });
  });
  afterEach(async () => {
    await worker?.close();
    worker = null;
    await queue.close();
  });

  /** Works on jobs with `work` and tells when one has ended for good. */
  function workWith(work: (job: Job, token: string) => Promise<unknown>): Worker {
    worker = queue.backend.newWorker((job, token) => work(job, token!), SETTINGS);
    void worker.run();
    return worker;
  }

  test('a ring is heard once, with nothing but the task', async () => {
    const taskId = newId();
    await queue.ring(taskId, 1);
    await queue.ring(taskId, 1);
    expect(await queue.isRinging(taskId, 1)).toBe(true);
    const heard: unknown[] = [];
    const working = workWith((job) => Promise.resolve(heard.push({ id: job.id, data: job.data as unknown })));
    await once(working, 'completed');
    expect(heard).toEqual([{ id: `task-${taskId}-1`, data: { taskId } }]);
    expect(await queue.isRinging(taskId, 1)).toBe(false);
    expect(await queue.countJobs()).toMatchObject({ waiting: 0, active: 0 });
  });

  test('another ring of the same task is heard as well, an unknown one does not ring', async () => {
    const taskId = newId();
    await queue.ring(taskId, 1);
    expect(await queue.isRinging(taskId, 2)).toBe(false);
    await queue.ring(taskId, 2);
    expect(await queue.countJobs()).toMatchObject({ waiting: 2 });
  });

  test('a delayed ring waits, and counts as ringing', async () => {
    const taskId = newId();
    await queue.ring(taskId, 1, 60_000);
    expect(await queue.isRinging(taskId, 1)).toBe(true);
    expect(await queue.countJobs()).toMatchObject({ delayed: 1 });
  });

  test('R42: a delayed job comes back as the same job, and this counts as no attempt', async () => {
    await queue.ring(newId(), 1);
    const attempts: number[] = [];
    const working = workWith(async (job, token) => {
      attempts.push(job.attemptsMade);
      if (attempts.length > 1) return 'done';
      await job.moveToDelayed(Date.now() + 100, token);
      throw new DelayedError();
    });
    await once(working, 'completed');
    expect(attempts).toEqual([0, 0]);
  });

  test.each(['failed', 'completed'] as const)(
    'R42: a %s job that a person retries knows that it ended before',
    async (state) => {
      const taskId = newId();
      await queue.ring(taskId, 1);
      const attempts: number[] = [];
      const working = workWith((job) => {
        attempts.push(job.attemptsMade);
        if (state === 'failed' && attempts.length === 1) throw new UnrecoverableError('source_auth: no');
        return Promise.resolve('done');
      });
      await once(working, state);
      const job = await untilFound(
        () => queue.board[0]!.getJob(`task-${taskId}-1`),
        (found) => found.finishedOn !== undefined,
      );
      const again = once(working, 'completed');
      // What Bull Board calls.
      await job.retry(state);
      await again;
      expect(attempts).toEqual([0, 1]);
    },
  );

  test('progress and lines are shown', async () => {
    const taskId = newId();
    await queue.ring(taskId, 1);
    const working = workWith(async (job) => {
      await job.updateProgress({ phase: 'pull', done: 1 });
      await job.log('pull began');
    });
    await once(working, 'completed');
    const job = await queue.board[0]!.getJob(`task-${taskId}-1`);
    expect(job!.progress).toEqual({ phase: 'pull', done: 1 });
    expect((await queue.board[0]!.getJobLogs(`task-${taskId}-1`)).logs).toEqual(['pull began']);
  });

  test('it answers a ping', async () => {
    await queue.ping();
  });
});

(hasRedis ? describe : describe.skip)('Redis that is away', () => {
  let own: TestRedis;
  let queue: TaskQueue;

  beforeEach(async () => {
    own = await startTestRedis();
  });
  afterEach(async () => {
    await queue.close();
    await own.close();
  });

  const openOwn = () => openQueue({ redisUrl: own.url, databaseUrl: database.url, logger: SILENT });
  const tookMs = async (work: Promise<unknown>) => {
    const startedAt = performance.now();
    await expect(work).rejects.toThrow(/queue|closed|reach/i);
    return performance.now() - startedAt;
  };

  test('R44: a ring fails within half a second, and works again when Redis is back', async () => {
    queue = await openOwn();
    await queue.ring(newId(), 1);
    await own.stop();
    expect(await tookMs(queue.ring(newId(), 1))).toBeLessThan(500);
    expect(await tookMs(queue.ping())).toBeLessThan(500);
    await own.start();
    await untilFound(
      () =>
        queue.ring(newId(), 1).then(
          () => true,
          () => false,
        ),
      Boolean,
    );
  });

  test('R44: a Redis that hangs blocks no caller', async () => {
    queue = await openOwn();
    await queue.ring(newId(), 1);
    own.freeze();
    expect(await tookMs(queue.ring(newId(), 1))).toBeLessThan(600);
    own.thaw();
  });

  test('R44: a process that starts without Redis rings as soon as it is there', async () => {
    await own.stop();
    queue = await openOwn();
    expect(await tookMs(queue.ring(newId(), 1))).toBeLessThan(500);
    await own.start();
    await untilFound(
      () =>
        queue.ring(newId(), 1).then(
          () => true,
          () => false,
        ),
      Boolean,
    );
  });
});

(hasRedis ? test : test.skip)('a Redis that evicts is refused at the start, with what to change', async () => {
  const evicting = await startTestRedis(['--maxmemory-policy', 'allkeys-lru']);
  try {
    const opening = openQueue({ redisUrl: evicting.url, databaseUrl: database.url, logger: SILENT });
    await expect(opening).rejects.toThrow('noeviction');
  } finally {
    await evicting.close();
  }
});

(hasRedis ? test : test.skip)('a Redis without an append-only file is a warning that says what to set', async () => {
  const forgetful = await startTestRedis();
  const warned: unknown[] = [];
  const logger = { ...SILENT, warn: (...entry: unknown[]) => void warned.push(entry) } as unknown as typeof SILENT;
  const queue = await openQueue({ redisUrl: forgetful.url, databaseUrl: database.url, logger });
  try {
    expect(JSON.stringify(warned)).toContain('Set appendonly to yes');
  } finally {
    await queue.close();
    await forgetful.close();
  }
});

async function untilFound<T>(look: () => Promise<T | undefined>, is: (found: T) => boolean): Promise<T> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const found = await look();
    if (found !== undefined && is(found)) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('It never came.');
}
