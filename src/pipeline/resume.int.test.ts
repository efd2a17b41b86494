import { FencedError, SourceUnavailableError, TaskCancelledError } from '../domain/errors.js';
import { createEngine, type Engine, fullRead, type SyncOptions, type TestSource } from '../testing/worlds/engine.js';
import { skippedOf, usersOf } from '../testing/look.js';
import { completeMessage, recordsMessage } from '../testing/fakes/scripted-adapter.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';
import { PLAIN_PAGE } from './run-context.js';

let database: TestDatabase;
let engine: Engine;
let source: TestSource;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
});
beforeEach(async () => {
  await database.reset();
  source = await engine.addSource('hr');
});
afterAll(() => database.drop());

const prisma = () => database.db.prisma;
const theTask = () => prisma().syncTask.findFirstOrThrow({ orderBy: { id: 'desc' } });
const user = (at: number, more: object = {}) => ({
  uid: `u${String(at).padStart(5, '0')}`,
  username: `n${at}`,
  ...more,
});
const many = (count: number, more: (at: number) => object = () => ({})) =>
  Array.from({ length: count }, (_, at) => user(at, more(at)));

/** Aborts the run after this number of applied changes, like a crash between two pages. */
function crashAfter(changes: number): SyncOptions & { readonly crashed: Error } {
  const controller = new AbortController();
  const crashed = new Error('the worker is gone');
  return {
    crashed,
    signal: controller.signal,
    onReport: ({ phase, done }) => {
      if (phase === 'apply' && done >= changes) controller.abort(crashed);
    },
  };
}

describe('a pull that was interrupted', () => {
  const department = [{ uid: 'd', title: 'D' }];
  const pieces = [
    recordsMessage('department', department),
    completeMessage('department'),
    recordsMessage('user', [user(1), user(2)]),
    recordsMessage('user', [user(3), user(4)]),
    completeMessage('user'),
  ];

  test.each([0, 1, 2, 3, 4, 5])(
    'goes on at the checkpoint after message %i and sees what a whole read sees',
    async (at) => {
      source.script.full = pieces;
      source.script.failAfter(at, new SourceUnavailableError('cut'));
      await expect(engine.sync(source)).rejects.toThrow('cut');
      expect(await prisma().user.count()).toBe(0);
      const { end, counts } = await engine.sync(source, { taskId: (await theTask()).id });
      expect(source.script.requests.at(-1)?.resumeFrom).toEqual(at === 0 ? null : { at });
      expect(end).toBe('succeeded');
      expect(counts).toMatchObject({ user: { seen: 4, created: 4 }, department: { seen: 1, created: 1 } });
      expect(Object.keys(await usersOf(database.db, source))).toHaveLength(4);
    },
  );

  test('what came after the checkpoint is read again, not twice', async () => {
    source.script.full = function* () {
      yield* pieces.slice(0, 3);
      const firstTime = source.script.requests.length === 1;
      if (firstTime) yield recordsMessage('user', [user(8), user(9)]);
      else yield* pieces.slice(3);
    };
    source.script.failAfter(4, new SourceUnavailableError('cut'));
    await expect(engine.sync(source)).rejects.toThrow('cut');
    const { id } = await theTask();
    await database.db.pool.query('UPDATE sync_tasks SET checkpoint = $1, checkpoint_seq = 3', ['{"at":3}']);
    await engine.sync(source, { taskId: id });
    expect(Object.keys(await usersOf(database.db, source))).toEqual(['u00001', 'u00002', 'u00003', 'u00004']);
  });

  test('of a source that cannot go on is read again from the start', async () => {
    const plain = createEngine(database.db, { resumable: false });
    const other = await plain.addSource('plain');
    other.script.full = pieces;
    other.script.failAfter(3, new SourceUnavailableError('cut'));
    await expect(plain.sync(other)).rejects.toThrow('cut');
    other.script.full = [recordsMessage('user', [user(3)]), completeMessage('user')];
    const { counts } = await plain.sync(other, { taskId: (await theTask()).id });
    expect(other.script.requests.at(-1)?.resumeFrom).toBeNull();
    expect(counts['user']).toMatchObject({ seen: 1, created: 1 });
    expect(counts['department']).toMatchObject({ seen: 0, created: 0 });
  });

  test('R30: a proof of an earlier attempt that its checkpoint does not cover is forgotten', async () => {
    source.script.full = fullRead({ user: many(4) });
    await engine.sync(source);
    const list = many(1_500);
    const adapter = engine.deps.sources.find('scripted')!;
    let reads = 0;
    const cut = {
      ...adapter,
      type: 'cut',
      async *read() {
        reads += 1;
        await Promise.resolve();
        yield { type: 'checkpoint' as const, cursor: { at: 0 } };
        if (reads > 1) return;
        yield recordsMessage('department', [{ uid: 'd', title: 'D' }]);
        yield completeMessage('user');
        yield recordsMessage('user', list);
        throw new SourceUnavailableError('cut');
      },
    };
    engine.deps.sources.register(cut);
    await prisma().source.update({ where: { id: source.id }, data: { type: 'cut' } });
    await expect(engine.sync(source)).rejects.toThrow('cut');
    const { end, task } = await engine.sync(source, { taskId: (await theTask()).id });
    expect(task.complete).toEqual({});
    expect(end).toBe('partial');
    expect(await prisma().user.count({ where: { active: true } })).toBe(4);
  });
});

describe('a crash between two pages of apply', () => {
  test('the next run goes on behind the mark: nothing twice, nothing missing', async () => {
    source.script.full = fullRead({
      department: [{ uid: 'd', title: 'D' }],
      user: many(2_500, () => ({ departments: ['d'] })),
    });
    const { crashed, ...crash } = crashAfter(1_001);
    await expect(engine.sync(source, crash)).rejects.toBe(crashed);
    const before = await prisma().user.findMany({ select: { id: true, createdAt: true } });
    expect(before).toHaveLength(PLAIN_PAGE);
    const { end, counts } = await engine.sync(source, { taskId: (await theTask()).id });
    expect(end).toBe('succeeded');
    expect(counts).toMatchObject({
      department: { created: 1 },
      user: { seen: 2_500, created: 2_500, updated: 0, unchanged: 0 },
      membership: { created: 2_500 },
    });
    expect(await prisma().user.count({ where: { version: 1 } })).toBe(2_500);
    expect(await prisma().membership.count()).toBe(2_500);
    expect(
      await prisma().user.findMany({
        where: { id: { in: before.map((one) => one.id) } },
        select: { id: true, createdAt: true },
      }),
    ).toHaveLength(PLAIN_PAGE);
    const again = await engine.sync(source);
    expect(again.counts['user']).toMatchObject({ unchanged: 2_500, updated: 0, created: 0 });
  });

  test('a run that is queued again plans anew and counts what the first one did', async () => {
    source.script.full = fullRead({ user: many(2_500) });
    const { crashed, ...crash } = crashAfter(1_000);
    await expect(engine.sync(source, crash)).rejects.toBe(crashed);
    const { id } = await theTask();
    await prisma().syncTask.update({ where: { id }, data: { status: 'queued' } });
    const { end, counts } = await engine.sync(source, { taskId: id });
    expect(end).toBe('succeeded');
    expect(counts['user']).toMatchObject({ seen: 2_500, created: 2_500, updated: 0, unchanged: 0, failed: 0 });
    expect(await prisma().user.count({ where: { version: 1 } })).toBe(2_500);
  });

  test('R43: a cancel stops it within the page; what was applied stays and is counted', async () => {
    source.script.full = fullRead({ user: many(2_500) });
    const controller = new AbortController();
    const onReport: SyncOptions['onReport'] = ({ phase, done }) => {
      if (phase === 'apply' && done >= 1_000) controller.abort(new TaskCancelledError());
    };
    await expect(engine.sync(source, { signal: controller.signal, onReport })).rejects.toThrow(TaskCancelledError);
    expect(await prisma().user.count()).toBe(PLAIN_PAGE);
    const task = await theTask();
    const applied = await prisma().change.count({
      where: { taskId: task.id, rank: { lte: task.markRank }, id: { lte: task.markId } },
    });
    expect(applied).toBe(PLAIN_PAGE);
    expect(task.counts).toMatchObject({ user: { seen: 2_500, created: PLAIN_PAGE } });
  });

  test.each([
    ['the same task, planned again', 'queued'],
    ['the next task', 'failed'],
  ])('R14: memberships of people who went before an apply broke off go with %s', async (_who, status) => {
    const listed = (people: number) =>
      fullRead({ department: [{ uid: 'd', title: 'D' }], user: many(people, () => ({ departments: ['d'] })) });
    source.script.full = listed(20);
    await engine.sync(source);
    source.script.full = listed(17);
    const { crashed, ...options } = crashAfter(3);
    await expect(engine.sync(source, options)).rejects.toBe(crashed);
    expect(await prisma().user.count({ where: { active: false } })).toBe(3);
    expect(await prisma().membership.count()).toBe(20);
    const { id: taskId } = await theTask();
    await prisma().syncTask.update({ where: { id: taskId }, data: { status } });
    const { end, counts } = await engine.sync(source, status === 'queued' ? { taskId } : {});
    expect(end).toBe('succeeded');
    expect(await prisma().membership.count()).toBe(17);
    expect(counts['membership']).toMatchObject({ removed: 3 });
    expect(await prisma().user.count({ where: { active: true } })).toBe(17);
  });

  test('R43: what a cancelled task left undone, the next one does, although no record moved', async () => {
    // The last one manages all others, and memberships are written after all people: the cancelled task has neither.
    const more = () => ({ managerUid: 'u01499', departments: ['d'] });
    source.script.full = fullRead({ department: [{ uid: 'd', title: 'D' }], user: many(1_500, more) });
    const controller = new AbortController();
    const onReport: SyncOptions['onReport'] = ({ phase, done }) => {
      if (phase === 'apply' && done >= 1_001) controller.abort(new TaskCancelledError());
    };
    await expect(engine.sync(source, { signal: controller.signal, onReport })).rejects.toThrow(TaskCancelledError);
    await prisma().syncTask.updateMany({ data: { status: 'cancelled' } });
    expect(await prisma().membership.count()).toBe(0);
    const { end } = await engine.sync(source);
    expect(end).toBe('succeeded');
    expect(await prisma().membership.count()).toBe(1_500);
    expect(await prisma().user.findMany({ where: { managerId: null } })).toMatchObject([{ username: 'n1499' }]);
    expect(await prisma().user.count({ where: { mainDepartmentId: null } })).toBe(0);
    const { counts } = await engine.sync(source);
    expect(counts['user']).toMatchObject({ unchanged: 1_500, updated: 0 });
  });

  test('R43: a cancel stops a source that is silent', async () => {
    source.script.full = fullRead({ user: many(2) });
    const gate = source.script.pauseAfter(1);
    const controller = new AbortController();
    const run = engine.sync(source, { signal: controller.signal });
    await gate.reached;
    controller.abort(new TaskCancelledError());
    await expect(run).rejects.toThrow(TaskCancelledError);
    expect(await prisma().user.count()).toBe(0);
  });
});

describe('R44: a late worker writes nothing', () => {
  /** Waits for the page that was read before the gate: it may not be written yet. */
  const takeOver = async () => {
    while ((await prisma().stagedRecord.count()) === 0) await new Promise((done) => setTimeout(done, 10));
    await database.db.pool.query('UPDATE sync_tasks SET fence = fence + 1');
  };

  async function pausedRun(meanwhile: () => Promise<unknown>) {
    source.script.full = [
      recordsMessage('user', [user(1)]),
      recordsMessage('user', [user(2)]),
      completeMessage('user'),
    ];
    const gate = source.script.pauseAfter(1);
    const run = engine.sync(source);
    await gate.reached;
    await meanwhile();
    gate.open();
    return run;
  }

  test('when another one took the task over', async () => {
    await expect(pausedRun(takeOver)).rejects.toThrow(FencedError);
    expect(await prisma().user.count()).toBe(0);
    expect(await prisma().change.count()).toBe(0);
    expect(await prisma().stagedRecord.count()).toBe(1);
    expect(await theTask()).toMatchObject({ status: 'pulling', pulled: false });
  });

  test('control: without a take-over the same run writes', async () => {
    expect((await pausedRun(() => Promise.resolve())).end).toBe('succeeded');
    expect(await prisma().user.count()).toBe(2);
  });

  test('also between two pages of apply: what the new one begins with stays as it is', async () => {
    source.script.full = fullRead({ user: many(6_000) });
    let taken: Promise<unknown> = Promise.resolve();
    let asked = false;
    const onReport: SyncOptions['onReport'] = ({ phase, done }) => {
      if (phase !== 'apply' || done < 1_000 || asked) return;
      asked = true;
      taken = takeOver();
    };
    await expect(engine.sync(source, { onReport })).rejects.toThrow(FencedError);
    await taken;
    const task = await theTask();
    const users = await prisma().user.count();
    expect(users).toBeLessThan(6_000);
    expect(await prisma().knownRecord.count()).toBe(users);
    const { counts } = await engine.sync(source, { taskId: task.id });
    expect(counts['user']).toMatchObject({ created: 6_000 });
    expect(await prisma().user.count({ where: { version: 1 } })).toBe(6_000);
  });
});

describe('R12: values that move between more users than a page has', () => {
  test.each([
    ['pairs that are a page apart swap', (at: number) => (at + 1_100) % 2_200],
    ['all move on by one', (at: number) => (at + 1) % 2_200],
  ])('%s', async (_name, next) => {
    source.script.full = fullRead({ user: many(2_200) });
    await engine.sync(source);
    source.script.full = fullRead({ user: many(2_200, (at) => ({ username: `n${next(at)}` })) });
    const held = await engine.sync(source);
    const approve = (held.task.held as { planHash: string }).planHash;
    const { end, counts, taskId } = await engine.sync(source, { taskId: held.taskId, approve });
    expect(await skippedOf(database.db, taskId)).toEqual([]);
    expect(end).toBe('succeeded');
    expect(counts['user']).toMatchObject({ updated: 2_200 });
    const wrong = Object.entries(await usersOf(database.db, source)).filter(
      ([uid, one]) => one.username !== `n${next(Number(uid.slice(1)))}`,
    );
    expect(wrong).toEqual([]);
  });
});
