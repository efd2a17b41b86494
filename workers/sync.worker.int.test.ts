import {
  CursorExpiredError,
  SourceAuthError,
  SourceRateLimitedError,
  SourceUnavailableError,
} from '../src/domain/errors.js';
import type { TaskStatus } from '../src/domain/task.js';
import type { TaskEnd, TaskRun } from '../src/pipeline/run-context.js';
import { openQueue, type TaskQueue } from '../src/queue/queue.js';
import { acceptPush } from '../src/tasks/inbox/accept-push.store.js';
import { cancelTask } from '../src/tasks/life/cancel-task.store.js';
import { createInbox } from '../src/tasks/inbox/inbox.store.js';
import { requestSync } from '../src/tasks/life/request-sync.store.js';
import { hasDebianPackage } from '../src/testing/servers/debian-package.js';
import { startTestRedis, type TestRedis } from '../src/testing/servers/redis.js';
import { createTaskWorld, SILENT, type TaskWorld } from '../src/testing/worlds/task-world.js';
import { createTestDatabase, type TestDatabase } from '../src/testing/servers/test-database.js';
import { type RunningWorker, startWorker, type WorkerDeps } from './start-worker.js';

const hasRedis = hasDebianPackage('redis-server', 'redis-server');
const backends = hasRedis ? (['redis', 'postgres'] as const) : (['postgres'] as const);

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

describe.each(backends)('the worker of tasks, with the queue on %s', (backend) => {
  let world: TaskWorld;
  let deps: Omit<WorkerDeps, 'runTask'> & TaskWorld['deps'];
  const opened: { queues: TaskQueue[]; workers: RunningWorker[] } = { queues: [], workers: [] };

  beforeEach(async () => {
    await database.reset();
    world = createTaskWorld(database.db);
    const queue = await newQueue();
    await queue.board[0]!.obliterate({ force: true });
    deps = { ...world.deps, queue, bell: queue };
    await world.addSource('hr');
  });
  afterEach(async () => {
    await Promise.all(opened.workers.splice(0).map((worker) => worker.stop()));
    await Promise.all(opened.queues.splice(0).map((queue) => queue.close()));
  });

  async function newQueue(): Promise<TaskQueue> {
    const redisUrl = backend === 'redis' ? redis!.url : null;
    const queue = await openQueue({ redisUrl, databaseUrl: database.url, logger: SILENT });
    opened.queues.push(queue);
    return queue;
  }

  /** A worker process with a pipeline of the test's own. */
  function work(runTask: WorkerDeps['runTask'], options: { unheardMs?: number; drainMs?: number; name?: string } = {}) {
    const { unheardMs = 15_000, drainMs = 5_000, name = 'w1' } = options;
    const maintenance = { everyMs: 50, unheardMs };
    const worker = startWorker({ ...deps, runTask }, { name, concurrency: 4, heartbeatMs: 50, maintenance, drainMs });
    opened.workers.push(worker);
    return worker;
  }

  const sync = async (options = {}) =>
    (await requestSync(deps, { sourceName: 'hr', requestedBy: 'key:1', ...options })).task.id;
  const jobOf = (taskId: string, ring: number) => deps.queue.board[0]!.getJob(`task-${taskId}-${ring}`);
  const untilStatus = (taskId: string, status: TaskStatus) =>
    until(async () => (await world.row(taskId)).status === status);
  const untilJob = async (taskId: string, ring: number, state: string) => {
    await until(async () => (await (await jobOf(taskId, ring))?.getState()) === state);
    return (await jobOf(taskId, ring))!;
  };
  /** The pipeline's last move. */
  const finish = async ({ taskId, fence }: TaskRun, status: TaskEnd = 'succeeded'): Promise<TaskEnd> => {
    const { count } = await database.db.prisma.syncTask.updateMany({
      where: { id: taskId, fence, status: { in: ['pulling', 'planning', 'applying'] } },
      data: { status, finishedAt: new Date() },
    });
    if (count !== 1) throw new Error('lost');
    return status;
  };
  /** A run that goes on until it is stopped. */
  const untilStopped = ({ signal }: TaskRun): Promise<TaskEnd> =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

  test('a requested sync is run, with its progress in Bull Board', async () => {
    work(async (run) => {
      run.report({ phase: 'pull', line: 'pull began', done: 0, total: 2 });
      // The job's progress is written beside the run: a run that ends at once may end before it.
      await until(async () => typeof (await jobOf(run.taskId, 1))?.progress === 'object');
      return finish(run);
    });
    const taskId = await sync();
    await untilStatus(taskId, 'succeeded');
    const job = await untilJob(taskId, 1, 'completed');
    expect(job.returnvalue).toEqual({ status: 'succeeded' });
    expect(job.progress).toMatchObject({ phase: 'pull' });
    expect(await world.row(taskId)).toMatchObject({ attempt: 1, fence: 1, worker: 'w1' });
  });

  test('R42: a transient failure waits for its back-off and then succeeds, in the same job', async () => {
    let runs = 0;
    work((run) => {
      runs += 1;
      if (runs === 1) throw new SourceUnavailableError('down');
      return finish(run);
    });
    const taskId = await sync();
    await untilStatus(taskId, 'queued');
    await until(async () => (await world.row(taskId)).failures === 1);
    await untilJob(taskId, 1, 'delayed');
    // The test does not wait for the real back-off: both of its ends are brought forward.
    await database.db.prisma.syncTask.update({ where: { id: taskId }, data: { notBefore: new Date() } });
    await (await jobOf(taskId, 1))!.promote();
    await untilStatus(taskId, 'succeeded');
    expect(await world.row(taskId)).toMatchObject({ attempt: 2, ring: 1 });
  });

  test('R42: Retry-After is honoured', async () => {
    work(() => {
      throw new SourceRateLimitedError(900_000);
    });
    const taskId = await sync();
    await until(async () => (await world.row(taskId)).failures === 1);
    expect((await world.row(taskId)).notBefore!.getTime()).toBeGreaterThan(Date.now() + 880_000);
  });

  test('R42: a permanent failure fails at once; Retry in Bull Board resumes the task', async () => {
    let runs = 0;
    work((run) => {
      runs += 1;
      if (runs === 1) throw new SourceAuthError('The bind password is wrong.');
      return finish(run);
    });
    const taskId = await sync();
    await untilStatus(taskId, 'failed');
    const job = await untilJob(taskId, 1, 'failed');
    expect(job.failedReason).toBe('source_auth: The bind password is wrong.');
    await job.retry('failed');
    await untilStatus(taskId, 'succeeded');
    expect(await world.row(taskId)).toMatchObject({ attempt: 2, errorCode: null });
    expect(await database.db.prisma.auditEntry.count({ where: { action: 'task.retry', actor: 'bull-board' } })).toBe(1);
  });

  test('R44: a stale, doubled or forged job of an ended task does nothing', async () => {
    let runs = 0;
    work(() => {
      runs += 1;
      throw new SourceAuthError('no');
    });
    const taskId = await sync();
    await untilJob(taskId, 1, 'failed');
    await deps.queue.ring(taskId, 99);
    const stale = await untilJob(taskId, 99, 'completed');
    expect(stale.returnvalue).toEqual({ ignored: 'ended' });
    const forged = await deps.queue.board[0]!.add('sync', { taskId: 'no id', planHash: 'x' });
    await until(async () => (await forged.getState()) === 'completed');
    const nowhere = await deps.queue.board[0]!.add('sync', { taskId: '0190c1d2-0000-7000-8000-000000000001' });
    await until(async () => (await nowhere.getState()) === 'completed');
    expect(runs).toBe(1);
    const audit = await database.db.prisma.auditEntry.findMany({ where: { action: 'job.ignored' } });
    expect(audit.map(({ objectId, detail }) => [objectId, detail])).toEqual([
      [forged.id, { forgery: 'names no task' }],
      [nowhere.id, { forgery: 'names a task that does not exist' }],
    ]);
    expect((await world.row(taskId)).status).toBe('failed');
  });

  test('R42: an unknown error is tried again; its message is not in the task', async () => {
    work(() => {
      throw new TypeError('bob@example.com');
    });
    const taskId = await sync();
    await until(async () => (await world.row(taskId)).failures === 1);
    const row = await world.row(taskId);
    expect(row.errorCode).toBe('internal_error');
    expect(row.errorMessage).not.toContain('bob');
  });

  test('an expired cursor fails the delta, is forgotten, and a full task follows', async () => {
    await database.db.prisma.source.update({ where: { name: 'hr' }, data: { cursor: { at: 1 } } });
    const modes: string[] = [];
    work(async (run) => {
      const { mode } = await world.row(run.taskId);
      modes.push(mode);
      if (mode === 'delta') throw new CursorExpiredError('too old');
      return finish(run);
    });
    const taskId = await sync({ mode: 'delta' });
    await untilStatus(taskId, 'failed');
    await until(async () => (await database.db.prisma.syncTask.count({ where: { status: 'succeeded' } })) === 1);
    expect(modes).toEqual(['delta', 'full']);
    expect((await database.db.prisma.source.findUniqueOrThrow({ where: { name: 'hr' } })).cursor).toBeNull();
  });

  test('R35: an expired cursor fails a dry run, stays, and no sync follows', async () => {
    await database.db.prisma.source.update({ where: { name: 'hr' }, data: { cursor: { at: 1 } } });
    work(() => Promise.reject(new CursorExpiredError('too old')));
    const taskId = await sync({ mode: 'delta', dryRun: true });
    await untilStatus(taskId, 'failed');
    await untilJob(taskId, 1, 'failed');
    expect((await database.db.prisma.source.findUniqueOrThrow({ where: { name: 'hr' } })).cursor).toEqual({ at: 1 });
    expect(await database.db.prisma.syncTask.count()).toBe(1);
  });

  test('R41: two tasks of a source run one after the other, never together', async () => {
    let together = 0;
    let most = 0;
    work(async (run) => {
      most = Math.max(most, ++together);
      await new Promise((resolve) => setTimeout(resolve, 200));
      together -= 1;
      return finish(run);
    });
    const tasks = await Promise.all([sync({ mode: 'full' }), sync({ mode: 'delta' }), sync({ dryRun: true })]);
    for (const taskId of tasks) await untilStatus(taskId, 'succeeded');
    expect(most).toBe(1);
  });

  test('R43: a cancel in another process stops the run', async () => {
    work(untilStopped);
    const taskId = await sync();
    await untilStatus(taskId, 'pulling');
    await cancelTask(deps, { taskId, requestedBy: 'key:1' });
    await untilStatus(taskId, 'cancelled');
    await untilJob(taskId, 1, 'completed');
    expect(await world.row(taskId)).toMatchObject({ errorCode: 'cancelled' });
  });

  test('R46: a worker that goes down gives its task back, and the next one goes on', async () => {
    const first = work(untilStopped);
    const taskId = await sync();
    await untilStatus(taskId, 'pulling');
    await first.stop();
    expect(await world.row(taskId)).toMatchObject({ worker: null, heartbeatAt: null });
    work((run) => finish(run), { name: 'w2' });
    await untilStatus(taskId, 'succeeded');
    expect(await world.row(taskId)).toMatchObject({ worker: 'w2', attempt: 1, crashes: 0, failures: 0 });
  });

  test('R46: a run that does not stop in time is given back all the same, and writes nothing any more', async () => {
    let lateWrite: Promise<unknown> = Promise.resolve('never tried');
    let goOn = (): void => undefined;
    const first = work(
      (run) =>
        new Promise((_resolve, reject) => {
          goOn = () => {
            lateWrite = finish(run).catch((error: Error) => error.message);
            reject(new Error('late'));
          };
        }),
      { drainMs: 200 },
    );
    const taskId = await sync();
    await untilStatus(taskId, 'pulling');
    await first.stop();
    goOn();
    expect(await lateWrite).toBe('lost');
    expect(await world.row(taskId)).toMatchObject({ status: 'pulling', worker: null });
  });

  test('R44: a task whose worker died is taken over when its lease is over', async () => {
    const { id } = await database.db.prisma.source.findUniqueOrThrow({ where: { name: 'hr' } });
    const heartbeatAt = new Date(Date.now() - 31_000);
    const row = { status: 'applying', worker: 'dead', heartbeatAt, pulled: true, rungAt: heartbeatAt } as const;
    const taskId = await world.addTask(id, row);
    work((run) => finish(run));
    await untilStatus(taskId, 'succeeded');
    expect(await world.row(taskId)).toMatchObject({ crashes: 1, worker: 'w1' });
    const counters = await database.db.prisma.counter.findMany();
    expect(counters).toContainEqual({ name: 'taken_over', value: 1n });
  });

  test('R44: a late worker learns from its heartbeat that it lost the task; the loss is counted', async () => {
    const before = await fencedInAll();
    work(untilStopped);
    const taskId = await sync();
    await untilStatus(taskId, 'pulling');
    await database.db.pool.query('UPDATE sync_tasks SET fence = fence + 1 WHERE id = $1', [taskId]);
    await until(async () => (await world.row(taskId)).fenced === 1);
    expect(await fencedInAll()).toBe(before + 1);
    expect((await world.row(taskId)).status).toBe('pulling');
  });

  const fencedInAll = async () =>
    Number((await database.db.prisma.counter.findUnique({ where: { name: 'fenced' } }))?.value ?? 0);

  test('R44: a queue that was emptied is rung again by the sweeper', async () => {
    const taskId = await sync();
    await deps.queue.board[0]!.obliterate({ force: true });
    // Rung long ago, so that the next sweep rings again, and once only: the worker begins before that ring is old.
    const rungAt = new Date(Date.now() - 3_600_000);
    await database.db.prisma.syncTask.update({ where: { id: taskId }, data: { rungAt } });
    work((run) => finish(run), { unheardMs: 30_000 });
    await untilStatus(taskId, 'succeeded');
    expect((await world.row(taskId)).ring).toBe(2);
  });

  test('R44: pushes that come in while a task drains are drained by the next one', async () => {
    const inbox = createInbox(database.db);
    const drained: unknown[] = [];
    const push = (uid: string) =>
      acceptPush(deps, {
        sourceName: 'api',
        kind: 'user',
        matchKey: null,
        records: [{ uid }],
        requestedBy: null,
        idempotency: null,
      });
    work(async (run) => {
      await inbox.claim(run.taskId, (await world.row(run.taskId)).sourceId, run.signal);
      for await (const { records } of inbox.read(run.taskId, run.signal)) drained.push(...records);
      return finish(run);
    });
    for (let at = 0; at < 40; at++) await push(String(at));
    await until(() => Promise.resolve(drained.length >= 40));
    expect(drained).toEqual(Array.from({ length: 40 }, (_, at) => ({ uid: String(at) })));
  });
});

(hasRedis ? test : test.skip)(
  'R44: a push while Redis is down is answered at once and drained when Redis is back',
  async () => {
    const own = await startTestRedis();
    await database.reset();
    const world = createTaskWorld(database.db);
    const queue = await openQueue({ redisUrl: own.url, databaseUrl: database.url, logger: SILENT });
    const deps = { ...world.deps, queue, bell: queue };
    const runTask = async ({ taskId }: TaskRun): Promise<TaskEnd> => {
      await database.db.prisma.syncTask.update({ where: { id: taskId }, data: { status: 'succeeded' } });
      return 'succeeded';
    };
    const maintenance = { everyMs: 100, unheardMs: 500 };
    const worker = startWorker({ ...deps, runTask }, { name: 'w', concurrency: 1, maintenance, drainMs: 3_000 });
    try {
      await own.stop();
      const startedAt = performance.now();
      const push = { sourceName: 'api', kind: 'user', matchKey: null, records: [{ uid: 'a' }], requestedBy: null };
      const { taskId } = await acceptPush(deps, { ...push, idempotency: null });
      expect(performance.now() - startedAt).toBeLessThan(500);
      await own.start();
      await until(async () => (await world.row(taskId)).status === 'succeeded');
    } finally {
      await worker.stop();
      await queue.close();
      await own.close();
    }
  },
);

async function until(check: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error('It never came.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
