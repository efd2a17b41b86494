import { inTransaction, openDb } from '../../platform/db.js';
import { createTaskWorld, type TaskWorld } from '../../testing/worlds/task-world.js';
import { createTestDatabase, type TestDatabase } from '../../testing/servers/test-database.js';
import { claimTask } from './claim-task.store.js';
import { delayTask, failTask } from './delay-task.store.js';
import { endCancelledTask, releaseTask } from './end-task.store.js';
import { startHeartbeat } from './heartbeat.store.js';
import { cancelTask } from './cancel-task.store.js';
import { waitForPush } from '../inbox/wait-for-push.store.js';

let database: TestDatabase;
let world: TaskWorld;
let sourceId: string;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.reset();
  world = createTaskWorld(database.db);
  sourceId = await world.addSource('hr');
});

const inMs = (ms: number) => new Date(Date.now() + ms);
const claim = (taskId: string, worker = 'w') => claimTask(world.deps, { taskId, worker });
const stale = { worker: 'dead', heartbeatAt: inMs(-31_000), fence: 5 };

async function claimed(row: Parameters<TaskWorld['addTask']>[1] = {}) {
  const answer = await claim(await world.addTask(sourceId, row));
  if (!answer.claimed) throw new Error(answer.reason);
  return answer.claim;
}

test('a claimed task is pulling, with a new fence and its first start', async () => {
  const { taskId, fence } = await claimed({ fence: 2 });
  expect(fence).toBe(3);
  expect(await world.row(taskId)).toMatchObject({
    status: 'pulling',
    phase: 'pull',
    worker: 'w',
    attempt: 1,
    crashes: 0,
  });
  expect((await world.row(taskId)).startedAt).not.toBeNull();
});

test('R42: a task that was read already plans at once', async () => {
  const { taskId } = await claimed({ pulled: true });
  expect(await world.row(taskId)).toMatchObject({ status: 'planning', phase: 'plan' });
});

test.each([
  ['lock', { lockWithinMs: 200 }],
  ['statement', { statementWithinMs: 200 }],
])('a claim over the limit of a %s leaves the task to a later ring', async (_limit, limit) => {
  const taskId = await world.addTask(sourceId);
  const db = openDb({ url: database.url, ...limit });
  try {
    const answer = await inTransaction(database.db, async (tx) => {
      await tx.$executeRaw`SELECT FROM sync_tasks WHERE id = ${taskId}::uuid FOR KEY SHARE`;
      return claimTask({ db }, { taskId, worker: 'w' });
    });
    expect(answer).toEqual({ claimed: false, reason: 'busy' });
    expect(await claim(taskId)).toMatchObject({ claimed: true });
  } finally {
    await db.close();
  }
});

test('R41: of 20 workers one gets the task', async () => {
  const taskId = await world.addTask(sourceId);
  const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => claim(taskId, `w${at}`)));
  expect(answers.filter((answer) => answer.claimed)).toHaveLength(1);
  expect((await world.row(taskId)).fence).toBe(1);
});

test('R41: of two tasks of a source one is at work, the other source is free', async () => {
  const [full, delta] = [await world.addTask(sourceId), await world.addTask(sourceId, { mode: 'delta' })];
  const answers = await Promise.all([claim(full), claim(delta)]);
  expect(answers.map((answer) => answer.claimed || answer.reason).sort()).toEqual(['busy', true]);
  expect((await claim(await world.addTask(await world.addSource('other')))).claimed).toBe(true);
});

test.each([
  ['not_due', { notBefore: inMs(60_000) }],
  ['not_queued', { status: 'held' }],
  ['not_queued', { status: 'pulling', heartbeatAt: new Date(), worker: 'other' }],
  ['ended', { status: 'failed' }],
] as const)('a task is not claimed: %s %j', async (reason, row) => {
  const taskId = await world.addTask(sourceId, row);
  expect(await claim(taskId)).toMatchObject({ claimed: false, reason });
});

test('a task of a disabled source waits, an unknown one is gone', async () => {
  const taskId = await world.addTask(await world.addSource('off', { enabled: false }));
  expect(await claim(taskId)).toMatchObject({ reason: 'source_disabled' });
  expect(await claim(crypto.randomUUID())).toMatchObject({ reason: 'gone' });
  expect(await claim('no id')).toMatchObject({ reason: 'gone' });
});

test('R44: a task whose worker died is taken over where it was, and the death is counted', async () => {
  for (const status of ['pulling', 'planning', 'applying'] as const) {
    const pulled = status !== 'pulling';
    const { taskId, fence } = await claimed({ ...stale, status, pulled, attempt: 1 });
    expect(fence).toBe(6);
    expect(await world.row(taskId)).toMatchObject({ status, attempt: 1, crashes: 1, worker: 'w' });
    await endCancelledTask(world.deps, { taskId, fence });
  }
});

test('R42: the third death without progress fails the task as crash_loop', async () => {
  const taskId = await world.addTask(sourceId, { ...stale, status: 'pulling', crashes: 2 });
  expect(await claim(taskId)).toMatchObject({ claimed: false, reason: 'ended' });
  expect(await world.row(taskId)).toMatchObject({ status: 'failed', errorCode: 'crash_loop' });
});

test('R43: a task that was to be cancelled when its worker died is cancelled instead of taken over', async () => {
  const taskId = await world.addTask(sourceId, { ...stale, status: 'pulling', cancelRequestedAt: new Date() });
  expect(await claim(taskId)).toMatchObject({ claimed: false, reason: 'ended' });
  expect((await world.row(taskId)).status).toBe('cancelled');
});

test('R46: a released task is claimed at once, uncounted, and the former worker is fenced off', async () => {
  const { taskId, fence } = await claimed({ status: 'applying', pulled: true, worker: null, attempt: 1 });
  await releaseTask(world.deps, { taskId, fence });
  expect(world.rings).toEqual([`${taskId} 1`]);
  const next = await claim(taskId, 'w2');
  expect(next).toMatchObject({ claimed: true, claim: { attempt: 1, crashes: 0 } });
  expect((await world.row(taskId)).status).toBe('applying');
  expect(await failTask(world.deps, { taskId, fence, code: 'x', message: 'x' })).toBe(false);
});

test('R46: a task can be released although the next one of its mode is queued', async () => {
  const { taskId, fence } = await claimed();
  const next = await world.addTask(sourceId);
  await releaseTask(world.deps, { taskId, fence });
  expect(await claim(next)).toMatchObject({ reason: 'busy' });
  expect((await claim(taskId)).claimed).toBe(true);
});

describe('failures', () => {
  const failure = { code: 'source_unavailable', message: 'The source is down.' };

  test('R42: a transient failure waits in the queue and is tried again', async () => {
    const { taskId, fence } = await claimed();
    const answer = await delayTask(world.deps, { taskId, fence, ...failure });
    expect(answer).toMatchObject({ status: 'queued' });
    const row = await world.row(taskId);
    expect(row).toMatchObject({ status: 'queued', failures: 1, worker: null, errorCode: failure.code });
    expect(row.notBefore!.getTime()).toBeGreaterThan(Date.now() + 2_000);
    expect(await claim(taskId)).toMatchObject({ reason: 'not_due' });
  });

  test.each([
    [4, 'queued'],
    [5, 'failed'],
  ])('R42: after %i failures in a row the task is %s', async (failures, status) => {
    const { taskId, fence } = await claimed({ failures });
    expect(await delayTask(world.deps, { taskId, fence, ...failure })).toMatchObject({ status });
    expect(await world.row(taskId)).toMatchObject({ status, errorCode: failure.code });
  });

  test('R42: a task that would wait beside a queued one of its mode leaves the work to it, pushes included', async () => {
    const { taskId, fence } = await claimed({ mode: 'delta' });
    const data = { id: crypto.randomUUID(), sourceId, kind: 'user', records: [], recordCount: 0, taskId };
    await database.db.prisma.push.create({ data });
    await world.addTask(sourceId, { mode: 'delta' });
    const answer = await delayTask(world.deps, { taskId, fence, ...failure });
    expect(answer).toMatchObject({ status: 'failed', message: expect.stringContaining('already queued') });
    expect(await database.db.prisma.push.findFirst()).toMatchObject({ taskId: null, finishedAt: null });
  });

  test('a failed task has its cost, and its pushes their end', async () => {
    const { taskId, fence } = await claimed({ mode: 'delta', startedAt: inMs(-5_000) });
    const id = crypto.randomUUID();
    await database.db.prisma.push.create({ data: { id, sourceId, kind: 'user', records: [], recordCount: 0, taskId } });
    const wait = Promise.all(Array.from({ length: 50 }, () => waitForPush(world.deps, id, { timeoutMs: 10_000 })));
    expect(await failTask(world.deps, { taskId, fence, ...failure })).toBe(true);
    expect((await world.row(taskId)).costMs).toBeGreaterThanOrEqual(5_000);
    for (const result of await wait) expect(result).toEqual({ status: 'failed', taskId, error: failure });
  });

  test('waiting for a push ends when its time is over', async () => {
    expect(await waitForPush(world.deps, crypto.randomUUID(), { timeoutMs: 50 })).toBeNull();
  });

  test('R44: a worker that lost its task can neither fail, delay, cancel nor release it', async () => {
    const { taskId, fence } = await claimed();
    const late = { taskId, fence: fence - 1, ...failure };
    expect(await failTask(world.deps, late)).toBe(false);
    expect(await delayTask(world.deps, late)).toEqual({ status: 'fenced' });
    expect(await endCancelledTask(world.deps, late)).toBe(false);
    await releaseTask(world.deps, late);
    expect(await world.row(taskId)).toMatchObject({ status: 'pulling', fence, worker: 'w' });
  });
});

describe('heartbeat', () => {
  const stopped = (claim: { taskId: string; fence: number }) =>
    new Promise<Error>((resolve) => {
      const end = startHeartbeat(world.deps, {
        claim,
        everyMs: 20,
        stop: (reason) => {
          resolve(reason);
          void end();
        },
      });
    });

  test('R43: a cancel from another process stops the run', async () => {
    const run = await claimed();
    const reason = stopped(run);
    await cancelTask(world.deps, { taskId: run.taskId, requestedBy: 'key:1' });
    expect(await reason).toMatchObject({ code: 'cancelled' });
  });

  test('R44: a run whose task was taken over stops', async () => {
    const run = await claimed();
    await database.db.prisma.syncTask.update({ where: { id: run.taskId }, data: { fence: { increment: 1 } } });
    expect(await stopped(run)).toMatchObject({ code: 'fenced' });
  });

  test('a beat keeps the lease', async () => {
    const run = await claimed();
    await database.db.prisma.syncTask.update({ where: { id: run.taskId }, data: { heartbeatAt: inMs(-29_000) } });
    const end = startHeartbeat(world.deps, { claim: run, everyMs: 10, stop: () => undefined });
    await untilTrue(async () => (await world.row(run.taskId)).heartbeatAt! > inMs(-5_000));
    await end();
  });
});

async function untilTrue(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 10));
}
