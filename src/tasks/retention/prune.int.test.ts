import { v7 as uuidv7 } from 'uuid';
import type { Logger } from '../../platform/logger.js';
import { createTaskWorld, type TaskWorld } from '../../testing/worlds/task-world.js';
import { createTestDatabase, type TestDatabase } from '../../testing/servers/test-database.js';
import { prune } from './prune.js';
import { pruneStagedRecords } from './prune-inbox.store.js';

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

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MINUTE = 60_000;
const agoMs = (ms: number) => new Date(Date.now() - ms);
const prisma = () => database.db.prisma;

type Row = Parameters<TaskWorld['addTask']>[1];

/** An ended task with two staged records, a staged problem and a change. */
async function addEnded(ageMs: number, row: Row = {}, ofSource = sourceId): Promise<string> {
  const ended = { status: 'succeeded', finishedAt: agoMs(ageMs), readStartedAt: agoMs(ageMs + MINUTE) } as const;
  const taskId = await world.addTask(ofSource, { ...ended, pulled: true, checkpoint: { at: 1 }, ...row });
  await stage(taskId, 2);
  await prisma().stagedProblem.create({ data: { taskId, seq: 9n, kind: 'user', code: 'c', message: 'm' } });
  const change = { rank: 1, target: 'users', kind: 'user', externalId: 'u0', action: 'create' };
  await prisma().change.create({ data: { taskId, ...change } });
  return taskId;
}

async function stage(taskId: string, records: number): Promise<void> {
  await database.db.pool.query(
    `INSERT INTO staged_records (task_id, kind, external_id, seq, state, match_keys)
     SELECT $1, 'user', 'u' || at, at, 'present', '{}' FROM generate_series(1, $2::int) AS at`,
    [taskId, records],
  );
}

async function addPush(taskId: string | null, finishedAt: Date | null): Promise<string> {
  const id = uuidv7();
  const result = finishedAt ? { result: { status: 'succeeded' } } : {};
  const row = { id, sourceId, taskId, kind: 'user', records: [], recordCount: 0, finishedAt, ...result };
  await prisma().push.create({ data: row });
  return id;
}

/** How many staged records, staged problems and changes a task has, and whether it exists. */
async function left(taskId: string) {
  const where = { taskId };
  return {
    task: await prisma().syncTask.count({ where: { id: taskId } }),
    records: await prisma().stagedRecord.count({ where }),
    problems: await prisma().stagedProblem.count({ where }),
    changes: await prisma().change.count({ where }),
  };
}
const ALL = { task: 1, records: 2, problems: 1, changes: 1 };
const READ_GONE = { ...ALL, records: 0, problems: 0 };

describe('what a task read', () => {
  test.each([
    ['a succeeded task', { status: 'succeeded' as const }, HOUR],
    ['a succeeded dry run', { status: 'succeeded' as const, dryRun: true }, HOUR],
    ['a partial dry run', { status: 'partial' as const, dryRun: true }, HOUR],
    ['a partial task', { status: 'partial' as const }, 14 * DAY],
    ['a failed task', { status: 'failed' as const }, 14 * DAY],
    ['a failed task that read nothing', { status: 'failed' as const, pulled: false, checkpoint: undefined }, 14 * DAY],
    ['a cancelled task', { status: 'cancelled' as const }, 14 * DAY],
  ])('of %s goes when its time is over, not before', async (_, row, keptMs) => {
    const other = await world.addSource('other');
    const old = await addEnded(keptMs + MINUTE, row);
    const young = await addEnded(keptMs - MINUTE, row, other);
    await prune(world.deps);
    expect(await left(old)).toEqual(READ_GONE);
    expect(await left(young)).toEqual(ALL);
  });

  test('R42: a task that can be retried forgets that it read; one that is younger does not', async () => {
    const old = await addEnded(15 * DAY, { status: 'failed' });
    const young = await addEnded(13 * DAY, { status: 'failed' });
    await prune(world.deps);
    expect(await world.row(old)).toMatchObject({ pulled: false, checkpoint: null, status: 'failed' });
    expect(await world.row(young)).toMatchObject({ pulled: true, checkpoint: { at: 1 } });
  });

  test.each(['queued', 'pulling', 'planning', 'held', 'applying'] as const)(
    'of a task that is %s stays, however old',
    async (status) => {
      const taskId = await addEnded(400 * DAY, { status });
      await prune(world.deps);
      expect(await left(taskId)).toEqual(ALL);
      expect(await world.row(taskId)).toMatchObject({ pulled: true, checkpoint: { at: 1 } });
    },
  );
});

describe('R47: what a task saw stays while an older plan may look at it', () => {
  const readAt = (ms: number) => ({ readStartedAt: agoMs(ms), pulled: true });

  test('of a held task, and goes when that one ended', async () => {
    const held = await world.addTask(sourceId, { status: 'held', ...readAt(DAY) });
    const other = await addEnded(2 * HOUR, {}, await world.addSource('other'));
    const later = await addEnded(2 * HOUR);
    const dryRun = await addEnded(2 * HOUR, { dryRun: true });
    await prune(world.deps);
    expect(await left(later)).toEqual(ALL);
    expect([await left(other), await left(dryRun)]).toEqual([READ_GONE, READ_GONE]);
    const ended = { status: 'succeeded', finishedAt: agoMs(2 * HOUR) };
    await prisma().syncTask.update({ where: { id: held }, data: ended });
    await prune(world.deps);
    expect(await left(later)).toEqual(READ_GONE);
  });

  test.each(['partial', 'failed', 'cancelled'] as const)(
    'of a %s task that a retry would plan anew',
    async (status) => {
      const before = await addEnded(5 * DAY);
      await world.addTask(sourceId, { status, finishedAt: agoMs(3 * DAY), ...readAt(4 * DAY) });
      const later = await addEnded(2 * DAY);
      await prune(world.deps);
      expect(await left(before)).toEqual(READ_GONE);
      expect(await left(later)).toEqual(ALL);
    },
  );

  test('of a task whose pushes a retry would drain again', async () => {
    const row = {
      status: 'failed',
      finishedAt: agoMs(20 * DAY),
      readStartedAt: agoMs(20 * DAY),
      pulled: false,
    } as const;
    const failed = await world.addTask(sourceId, row);
    const push = await addPush(failed, agoMs(20 * DAY));
    const later = await addEnded(19 * DAY);
    await prune(world.deps);
    expect(await left(later)).toEqual(ALL);
    await prisma().push.delete({ where: { id: push } });
    await prune(world.deps);
    expect(await left(later)).toEqual(READ_GONE);
  });

  test('not of one that forgot its read in the same prune', async () => {
    await addEnded(15 * DAY, { status: 'failed' });
    const later = await addEnded(2 * DAY);
    await prune(world.deps);
    expect(await left(later)).toEqual(READ_GONE);
  });
});

test('changes go 90 days after the end of their task', async () => {
  const old = await addEnded(90 * DAY + MINUTE);
  const young = await addEnded(90 * DAY - MINUTE);
  await prune(world.deps);
  expect(await left(old)).toEqual({ ...READ_GONE, changes: 0 });
  expect(await left(young)).toEqual(READ_GONE);
});

test('tasks go after 180 days with all that they have; the newest ended one of each source stays', async () => {
  const other = await world.addSource('other');
  const old = await addEnded(180 * DAY + MINUTE);
  await addPush(old, agoMs(180 * DAY));
  const young = await addEnded(180 * DAY - MINUTE);
  const newest = await addEnded(400 * DAY, { status: 'failed' }, other);
  await world.addTask(other);
  await prune(world.deps);
  expect(await left(old)).toEqual({ task: 0, records: 0, problems: 0, changes: 0 });
  expect(await left(young)).toMatchObject({ task: 1 });
  expect(await left(newest)).toMatchObject({ task: 1, records: 0 });
  expect(await prisma().push.count()).toBe(0);
});

test('R44: a task with a push that was not answered stays', async () => {
  const old = await addEnded(200 * DAY);
  await addPush(old, null);
  await addEnded(HOUR);
  await prune(world.deps);
  expect(await left(old)).toMatchObject({ task: 1 });
  expect(await prisma().push.findFirst()).toMatchObject({ taskId: old });
});

describe('pushes', () => {
  test('go 30 days after they were answered; those that wait stay', async () => {
    const old = await addEnded(30 * DAY + MINUTE);
    const young = await addEnded(30 * DAY - MINUTE);
    const active = await world.addTask(sourceId, { status: 'pulling', readStartedAt: agoMs(40 * DAY) });
    await addPush(old, agoMs(30 * DAY + MINUTE));
    await addPush(null, agoMs(30 * DAY + MINUTE));
    const kept = [
      await addPush(young, agoMs(30 * DAY - MINUTE)),
      await addPush(null, agoMs(30 * DAY - MINUTE)),
      await addPush(null, null),
      await addPush(active, null),
    ];
    await prune(world.deps);
    const ids = (await prisma().push.findMany({ orderBy: { seq: 'asc' } })).map((push) => push.id);
    expect(ids).toEqual(kept);
  });

  test('R47: a task without pushes loses its place in the order; one that has some keeps it', async () => {
    const row = { status: 'failed', pulled: false, checkpoint: undefined } as const;
    const [gone, kept] = [await addEnded(31 * DAY, row), await addEnded(20 * DAY, row)];
    await addPush(gone, agoMs(31 * DAY));
    await addPush(kept, agoMs(20 * DAY));
    await prune(world.deps);
    expect((await world.row(gone)).readStartedAt).toBeNull();
    expect((await world.row(kept)).readStartedAt).not.toBeNull();
  });
});

describe('batches', () => {
  const total = async () => (await prisma().stagedRecord.count()) + (await prisma().change.count());

  test('a small batch goes on until everything is gone', async () => {
    for (let at = 0; at < 3; at++) await stage(await addEnded(100 * DAY, { status: 'failed' }).then(clean), 25);
    await prune(world.deps, { batchRows: 10 });
    expect(await total()).toBe(0);
  });

  test('no statement deletes more rows than a batch has, and none begins after the time is up', async () => {
    await stage(await clean(await addEnded(2 * HOUR)), 25);
    await prune(world.deps, { budgetMs: 0 });
    expect(await prisma().stagedRecord.count()).toBe(25);
    expect(await pruneStagedRecords(prisma(), 10)).toBe(10);
    expect(await prisma().stagedRecord.count()).toBe(15);
  });

  test('many prunes at once lose nothing and don’t fail', async () => {
    for (let at = 0; at < 20; at++)
      await stage(await clean(await addEnded((170 + at) * DAY + MINUTE, { status: 'failed' })), 25);
    const young = await addEnded(MINUTE);
    await Promise.all(Array.from({ length: 6 }, () => prune(world.deps, { batchRows: 7 })));
    await prune(world.deps);
    expect(await left(young)).toEqual(ALL);
    expect(await prisma().stagedRecord.count()).toBe(2);
    expect(await prisma().syncTask.count()).toBe(11);
  });

  test('a task that is locked now is left to the next prune, without waiting', async () => {
    const taskId = await addEnded(200 * DAY, { status: 'failed' });
    await database.db.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT 1 FROM sync_tasks WHERE id = ${taskId}::uuid FOR UPDATE`;
      await prune(world.deps);
    });
    expect(await left(taskId)).toEqual(ALL);
    await prune(world.deps);
    expect(await left(taskId)).toMatchObject({ records: 0 });
  });

  async function clean(taskId: string): Promise<string> {
    await prisma().stagedRecord.deleteMany({ where: { taskId } });
    return taskId;
  }
});

test('one line tells how much went, and none when nothing did', async () => {
  const lines: unknown[] = [];
  const logger = onInfo((fields) => lines.push(fields));
  await prune({ ...world.deps, logger });
  expect(lines).toEqual([]);
  await addEnded(15 * DAY, { status: 'failed' });
  await prune({ ...world.deps, logger });
  expect(lines).toEqual([{ forgottenReads: 1, stagedRecords: 2, stagedProblems: 1 }]);
});

function onInfo(hear: (fields: Readonly<Record<string, unknown>>) => void): Logger {
  return { ...world.deps.logger, info: (_: string, fields: Record<string, unknown>) => hear(fields) } as never;
}
