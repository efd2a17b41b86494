import type { TaskStatus } from '../../domain/task.js';
import { createTaskWorld, type TaskWorld } from '../../testing/worlds/task-world.js';
import { createTestDatabase, type TestDatabase } from '../../testing/servers/test-database.js';
import { approveTask, rejectTask } from './held-tasks.store.js';
import { cancelTask } from './cancel-task.store.js';
import { claimTask } from './claim-task.store.js';
import { retryTask } from './retry-task.store.js';

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

const by = { requestedBy: 'key:1' };
const UNKNOWN = '019b0000-0000-7000-8000-000000000000';
const inMs = (ms: number) => new Date(Date.now() + ms);
const held = (expiresAt = inMs(60_000)) => ({ reasons: [], planHash: 'h1', expiresAt: expiresAt.toISOString() });

async function addPush(row: object): Promise<string> {
  const { id } = await database.db.prisma.source.findUniqueOrThrow({ where: { name: 'api' } });
  const pushId = crypto.randomUUID();
  const basics = { id: pushId, sourceId: id, kind: 'user', records: [], recordCount: 0 };
  await database.db.prisma.push.create({ data: { ...basics, ...row } });
  return pushId;
}
const pushRow = (id: string) => database.db.prisma.push.findUniqueOrThrow({ where: { id } });
const apiSource = async () => (await database.db.prisma.source.findUniqueOrThrow({ where: { name: 'api' } })).id;

describe('retry', () => {
  const ended = {
    errorCode: 'source_auth',
    errorMessage: 'no',
    finishedAt: new Date(),
    costMs: 5,
    failures: 3,
    crashes: 2,
  };

  test.each(['failed', 'cancelled', 'partial'] as const)('R42: a %s task goes back to the queue', async (status) => {
    const row = { ...ended, status, ring: 3, attempt: 1, pulled: true, checkpoint: { at: 1 }, markRank: 2 };
    const taskId = await world.addTask(sourceId, row);
    const { task, joined } = await retryTask(world.deps, { taskId, ...by });
    expect(joined).toBe(false);
    expect(task).toMatchObject({
      id: taskId,
      status: 'queued',
      error: null,
      finishedAt: null,
      costMs: null,
      attempt: 1,
    });
    expect(await world.row(taskId)).toMatchObject({
      failures: 0,
      crashes: 0,
      pulled: true,
      checkpoint: { at: 1 },
      markRank: 2,
    });
    expect(world.rings).toEqual([`${taskId} 4`]);
    expect(await database.db.prisma.auditEntry.findMany()).toMatchObject([{ action: 'task.retry', objectId: taskId }]);
  });

  test('R42: from the start, everything of the read is forgotten', async () => {
    const taskId = await world.addTask(sourceId, { status: 'failed', pulled: true, checkpoint: { at: 1 }, done: 7 });
    await retryTask(world.deps, { taskId, fromStart: true, ...by });
    expect(await world.row(taskId)).toMatchObject({ pulled: false, checkpoint: null, done: 0 });
  });

  test.each(['queued', 'pulling', 'held', 'succeeded'] as TaskStatus[])(
    'a %s task is not retryable',
    async (status) => {
      const taskId = await world.addTask(sourceId, { status });
      const retry = retryTask(world.deps, { taskId, ...by });
      await expect(retry).rejects.toMatchObject({ status: 409, code: 'task_not_retryable' });
      expect((await world.row(taskId)).status).toBe(status);
    },
  );

  test.each([UNKNOWN, 'no id'])('an unknown task (%s) is not found', async (taskId) => {
    for (const act of [retryTask, cancelTask]) {
      await expect(act(world.deps, { taskId, ...by })).rejects.toMatchObject({ status: 404, code: 'task_not_found' });
    }
  });

  test('a task of a disabled source waits for the source', async () => {
    const taskId = await world.addTask(sourceId, { status: 'failed' });
    await database.db.prisma.source.update({ where: { id: sourceId }, data: { enabled: false } });
    await expect(retryTask(world.deps, { taskId, ...by })).rejects.toMatchObject({ code: 'source_disabled' });
  });

  test('R41: a retry joins the queued task of the same mode, which takes the pushes over', async () => {
    const api = await apiSource();
    const taskId = await world.addTask(api, { status: 'failed', mode: 'delta' });
    const pushId = await addPush({ taskId, result: { status: 'failed' }, finishedAt: new Date() });
    const queued = await world.addTask(api, { mode: 'delta' });
    const { task, joined } = await retryTask(world.deps, { taskId, ...by });
    expect([task.id, joined]).toEqual([queued, true]);
    expect((await world.row(taskId)).status).toBe('failed');
    expect(await pushRow(pushId)).toMatchObject({ taskId: null, result: null, finishedAt: null });
  });

  test('a retried push is unfinished again, of the same task', async () => {
    const taskId = await world.addTask(await apiSource(), { status: 'failed', mode: 'delta' });
    const pushId = await addPush({ taskId, result: { status: 'failed' }, finishedAt: new Date() });
    await retryTask(world.deps, { taskId, ...by });
    expect(await pushRow(pushId)).toMatchObject({ taskId, result: null, finishedAt: null });
  });

  test('R41: of 10 retries at once one moves the task', async () => {
    const taskId = await world.addTask(sourceId, { status: 'failed' });
    const answers = await Promise.allSettled(
      Array.from({ length: 10 }, () => retryTask(world.deps, { taskId, ...by })),
    );
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1);
    expect(world.rings).toHaveLength(1);
  });
});

describe('cancel', () => {
  test.each(['queued', 'held'] as const)('R43: a %s task is cancelled at once', async (status) => {
    const taskId = await world.addTask(sourceId, { status, held: status === 'held' ? held() : undefined });
    const { task } = await cancelTask(world.deps, { taskId, ...by });
    expect(task).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' }, held: null, costMs: 0 });
    expect(task.finishedAt).not.toBeNull();
  });

  test('R43: a task at work is asked to stop, twice is once', async () => {
    const taskId = await world.addTask(sourceId);
    await claimTask(world.deps, { taskId, worker: 'w' });
    const first = await cancelTask(world.deps, { taskId, ...by });
    expect(first.task).toMatchObject({ status: 'pulling' });
    const second = await cancelTask(world.deps, { taskId, ...by });
    expect(second.task.cancelRequestedAt).toEqual(first.task.cancelRequestedAt);
  });

  test('R43: a task whose worker died is cancelled at once, and the dead one fenced off', async () => {
    const taskId = await world.addTask(sourceId, {
      status: 'applying',
      worker: 'w',
      fence: 3,
      heartbeatAt: inMs(-31_000),
    });
    expect((await cancelTask(world.deps, { taskId, ...by })).task.status).toBe('cancelled');
    expect((await world.row(taskId)).fence).toBe(4);
  });

  test('cancelling a queued push task cancels the pushes that wait for it', async () => {
    const taskId = await world.addTask(await apiSource(), { mode: 'delta' });
    const pushId = await addPush({});
    await cancelTask(world.deps, { taskId, ...by });
    expect(await pushRow(pushId)).toMatchObject({ taskId, result: { status: 'cancelled', taskId } });
  });

  test.each(['succeeded', 'failed', 'cancelled', 'partial'] as const)('a %s task is over', async (status) => {
    const taskId = await world.addTask(sourceId, { status });
    const cancel = cancelTask(world.deps, { taskId, ...by });
    await expect(cancel).rejects.toMatchObject({ status: 409, code: 'task_not_cancellable' });
  });
});

describe('approve and reject', () => {
  const reason = 'the office was closed';

  test('R33: an approved task is queued for exactly this plan', async () => {
    const taskId = await world.addTask(sourceId, { status: 'held', held: held(), pulled: true, ring: 1, attempt: 1 });
    const { task } = await approveTask(world.deps, { taskId, planHash: 'h1', reason, ...by });
    expect(task).toMatchObject({ status: 'queued', held: null });
    expect(await world.row(taskId)).toMatchObject({ approvedHash: 'h1', pulled: true });
    expect(world.rings).toEqual([`${taskId} 2`]);
    const claim = await claimTask(world.deps, { taskId, worker: 'w' });
    expect(claim).toMatchObject({ claimed: true, claim: { attempt: 1 } });
    expect((await world.row(taskId)).status).toBe('planning');
  });

  test.each([
    ['another hash', 'held', held(), 'h2', 'plan_changed'],
    ['too late', 'held', held(inMs(-1)), 'h1', 'plan_expired'],
    ['not held', 'queued', undefined, 'h1', 'task_not_held'],
  ] as const)('R33: an approval with %s is refused', async (_, status, plan, planHash, code) => {
    const taskId = await world.addTask(sourceId, { status, held: plan });
    const approval = approveTask(world.deps, { taskId, planHash, reason, ...by });
    await expect(approval).rejects.toMatchObject({ status: 409, code });
    expect(await world.row(taskId)).toMatchObject({ status, approvedHash: null });
  });

  test('R33: of 10 approvals at once one counts', async () => {
    const taskId = await world.addTask(sourceId, { status: 'held', held: held() });
    const approve = () => approveTask(world.deps, { taskId, planHash: 'h1', reason, ...by });
    const answers = await Promise.allSettled(Array.from({ length: 10 }, approve));
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1);
  });

  test('a plan that a queued newer task will replace cannot be approved', async () => {
    const taskId = await world.addTask(sourceId, { status: 'held', held: held() });
    await world.addTask(sourceId);
    const approval = approveTask(world.deps, { taskId, planHash: 'h1', reason, ...by });
    await expect(approval).rejects.toMatchObject({ code: 'newer_task_queued' });
  });

  test('a plan of a disabled source cannot be approved until the source is enabled, one that reads nothing can', async () => {
    await world.deps.db.prisma.source.update({ where: { id: sourceId }, data: { enabled: false } });
    const given = { status: 'held', held: held() } as const;
    const taskId = await world.addTask(sourceId, given);
    const ask = () => approveTask(world.deps, { taskId, planHash: 'h1', reason, ...by });
    await expect(ask()).rejects.toMatchObject({ status: 409, code: 'source_disabled' });
    expect(await world.row(taskId)).toMatchObject({ status: 'held', approvedHash: null });
    const undo = await world.addTask(sourceId, { ...given, mode: 'undo' });
    const { task } = await approveTask(world.deps, { taskId: undo, planHash: 'h1', reason, ...by });
    expect(task.status).toBe('queued');
    await world.deps.db.prisma.source.update({ where: { id: sourceId }, data: { enabled: true } });
    expect((await ask()).task.status).toBe('queued');
  });

  test('R33: a rejected task is cancelled with the reason', async () => {
    const taskId = await world.addTask(sourceId, { status: 'held', held: held() });
    const { task } = await rejectTask(world.deps, { taskId, reason, ...by });
    expect(task).toMatchObject({ status: 'cancelled', error: { code: 'rejected', message: reason } });
    const again = rejectTask(world.deps, { taskId, reason, ...by });
    await expect(again).rejects.toMatchObject({ code: 'task_not_held' });
  });

  test('R33: a newer full task that begins supersedes the held one; a dry run and a delta do not', async () => {
    const taskId = await world.addTask(sourceId, { status: 'held', held: held() });
    const claimed = async (row: { dryRun?: boolean; mode?: string }) => {
      const other = await world.addTask(sourceId, row);
      expect((await claimTask(world.deps, { taskId: other, worker: 'w' })).claimed).toBe(true);
      await database.db.prisma.syncTask.update({ where: { id: other }, data: { status: 'succeeded' } });
    };
    await claimed({ dryRun: true });
    await claimed({ mode: 'delta' });
    expect((await world.row(taskId)).status).toBe('held');
    await claimed({});
    expect(await world.row(taskId)).toMatchObject({ status: 'cancelled', errorCode: 'superseded' });
  });
});
