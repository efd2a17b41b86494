import { queueRechecks } from '../tasks/life/queue-rechecks.store.js';
import { createEngine, type Engine, fullRead, type SyncOptions, type TestSource } from '../testing/worlds/engine.js';
import { problemsOf, skippedOf, treeFaults, treeOf, usersOf } from '../testing/look.js';
import { recordsMessage } from '../testing/fakes/scripted-adapter.js';
import { createTaskWorld } from '../testing/worlds/task-world.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

/** Tasks that are repeated, run beside others, and have more than one page. */
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
afterEach(async () => expect(await treeFaults(database.db)).toEqual([]));
afterAll(() => database.drop());

type Records = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

const prisma = () => database.db.prisma;
const people = () => usersOf(database.db, source);
const users = (count: number, more: (at: number) => object = () => ({})) =>
  Array.from({ length: count }, (_, at) => ({ uid: `u${String(at).padStart(5, '0')}`, ...more(at) }));

async function read(records: Records, options: SyncOptions = {}) {
  source.script.full = fullRead(records);
  const first = await engine.sync(source, options);
  const { planHash: approve } = (first.task.held ?? {}) as { planHash?: string };
  return approve === undefined ? first : engine.sync(source, { taskId: first.taskId, approve });
}
async function push(kind: string, records: Records[string], gone: readonly string[] = []) {
  source.script.delta = [recordsMessage(kind, records), { type: 'tombstones', kind, externalIds: gone }];
  return engine.sync(source, { mode: 'delta' });
}
async function retry(taskId: string) {
  await prisma().syncTask.update({ where: { id: taskId }, data: { status: 'queued' } });
  return engine.sync(source, { taskId });
}

describe('R42: a retry of a partial task', () => {
  test('takes only what failed, without reading the source', async () => {
    await prisma().source.update({ where: { id: source.id }, data: { matchKeys: ['username'] } });
    const holder = await prisma().user.create({
      data: { id: '018f0000-0000-7000-8000-000000000001', username: 'ann', usernameKey: 'ann', protected: true },
    });
    const first = await read({
      user: [
        { uid: 'a', username: 'ann' },
        { uid: 'b', title: 'B' },
        { uid: 'c\u0000', title: 'C' },
      ],
    });
    expect(await skippedOf(database.db, first.taskId)).toEqual(['user/?: invalid_uid', 'user/a: protected']);
    const b = await database.db.pool.query(`SELECT xmin, * FROM users WHERE title = 'B'`);
    await prisma().user.delete({ where: { id: holder.id } });
    const reads = source.script.requests.length;
    const second = await retry(first.taskId);
    expect(source.script.requests).toHaveLength(reads);
    expect(second.end).toBe('partial');
    expect(second.counts['user']).toMatchObject({ seen: 2, created: 2, skipped: 1, unchanged: 0, updated: 0 });
    expect((await database.db.pool.query(`SELECT xmin, * FROM users WHERE title = 'B'`)).rows).toEqual(b.rows);
    expect(await people()).toMatchObject({ a: { username: 'ann' } });
  });

  test('R47: does not undo what was pushed since: parents', async () => {
    const department = (parents: Readonly<Record<string, string | null>>) =>
      Object.entries(parents).map(([uid, parentUid]) => ({ uid, title: uid, parentUid }));
    const before = { a: null, b: 'a', sales: null, tech: null, north: 'sales' };
    await read({ department: department(before), user: [] });
    const partial = await read({ department: department({ ...before, a: 'b', north: 'tech' }), user: [] });
    expect(await skippedOf(database.db, partial.taskId)).toEqual(['department/a: cycle']);
    expect(await treeOf(database.db, source)).toEqual({ ...before, north: 'tech' });
    await push('department', department({ b: null, north: 'sales' }));
    await retry(partial.taskId);
    expect(await treeOf(database.db, source)).toEqual({ ...before, a: 'b', b: null, north: 'sales' });
  });

  test('R47: does not undo what was pushed since: managers', async () => {
    await read({ user: users(3) });
    const partial = await read({
      user: [...users(2), { uid: 'u00002', managerUid: 'u00000' }, { uid: 'x', active: 1 }],
    });
    expect(partial.end).toBe('partial');
    await push('user', [{ uid: 'u00002', managerUid: 'u00001' }]);
    await retry(partial.taskId);
    expect(await people()).toMatchObject({ u00002: { manager: 'u00001' } });
  });
});

describe('a row that was changed while the task ran', () => {
  test('is not overwritten; the next task compares again', async () => {
    await read({ user: users(3, () => ({ title: 'A' })) });
    source.script.full = fullRead({ user: users(3, () => ({ title: 'B' })) });
    const controller = new AbortController();
    const onReport: SyncOptions['onReport'] = ({ phase }) => {
      if (phase === 'apply') controller.abort(new Error('stopped'));
    };
    await expect(engine.sync(source, { signal: controller.signal, onReport })).rejects.toThrow('stopped');
    const { id } = await prisma().syncTask.findFirstOrThrow({ orderBy: { id: 'desc' } });
    await database.db.pool.query('UPDATE users SET nickname = $1, version = version + 1 WHERE id = $2', [
      'by hand',
      (await people())['u00001']!.id,
    ]);
    const { end, counts } = await engine.sync(source, { taskId: id });
    expect(end).toBe('partial');
    expect(counts['user']).toMatchObject({ updated: 2, failed: 1 });
    expect(await skippedOf(database.db, id)).toEqual(['user/u00001: changed_meanwhile']);
    expect(await people()).toMatchObject({ u00000: { title: 'B' }, u00001: { title: 'A' }, u00002: { title: 'B' } });
    const next = await read({ user: users(3, () => ({ title: 'B' })) });
    expect(next.counts['user']).toMatchObject({ updated: 1, unchanged: 2 });
    expect(await prisma().user.findFirst({ where: { nickname: 'by hand' } })).toMatchObject({ title: 'B' });
  });
});

describe('more than a page', () => {
  test('of removals, with their memberships, and of returns', async () => {
    const department = [{ uid: 'd', title: 'D' }];
    const all = users(2_400, () => ({ departments: ['d'] }));
    await read({ department, user: all });
    const gone = await read({ department, user: all.slice(1_300) });
    expect(gone.counts).toMatchObject({ user: { removed: 1_300, unchanged: 1_100 }, membership: { removed: 1_300 } });
    expect(await prisma().user.count({ where: { active: true } })).toBe(1_100);
    expect(await prisma().membership.count()).toBe(1_100);
    const back = await read({ department, user: all });
    expect(back.counts).toMatchObject({ user: { restored: 1_300, created: 0 }, membership: { created: 1_300 } });
    expect(await prisma().user.count({ where: { active: true, mainDepartmentId: { not: null } } })).toBe(2_400);
  });

  test('of members of a department that goes and comes back', async () => {
    const user = users(1_300, () => ({ departments: ['d'] }));
    await read({
      department: [
        { uid: 'd', title: 'D' },
        { uid: 'e', title: 'E' },
      ],
      user,
    });
    const gone = await read({ department: [{ uid: 'e', title: 'E' }], user });
    expect(gone.end).toBe('succeeded');
    expect(gone.counts).toMatchObject({ membership: { removed: 1_300 }, user: { unchanged: 1_300, updated: 0 } });
    const back = await read({
      department: [
        { uid: 'd', title: 'D' },
        { uid: 'e', title: 'E' },
      ],
      user,
    });
    expect(back.counts).toMatchObject({ membership: { created: 1_300 }, user: { unchanged: 1_300, updated: 0 } });
    expect(await prisma().pendingReference.count()).toBe(0);
  });

  test('of matches', async () => {
    await read({ user: users(1_300, (at) => ({ username: `n${at}` })) });
    const other = await engine.addSource('other', { matchKeys: ['username'] });
    other.script.full = fullRead({ user: users(1_500, (at) => ({ username: `N${at}` })) });
    const { counts } = await engine.sync(other);
    expect(counts['user']).toMatchObject({ linked: 1_300, created: 200 });
    expect(await prisma().user.count()).toBe(1_500);
  });

  test('of people who report to one who comes last', async () => {
    await read({ user: [...users(1_300, () => ({ managerUid: 'zz' })), { uid: 'zz' }] });
    expect(await prisma().user.count({ where: { managerId: { not: null } } })).toBe(1_300);
  });
});

describe('the cursor', () => {
  const cursorOf = async () => (await prisma().source.findUniqueOrThrow({ where: { id: source.id } })).cursor;

  test('is where the last finished read ended, and where the next delta begins', async () => {
    await read({ user: users(2) });
    expect(await cursorOf()).toEqual({ at: 2 });
    await push('user', users(1));
    expect(source.script.requests.at(-1)).toMatchObject({ mode: 'delta', since: { at: 2 } });
    await read({ user: users(2), department: [] }, { dryRun: true });
    expect(await cursorOf()).toEqual({ at: 2 });
  });

  test('does not go back when a held read is allowed after a delta', async () => {
    await read({ user: users(8) });
    source.script.full = fullRead({ user: users(1) });
    await prisma().source.update({ where: { id: source.id }, data: { guard: {} } });
    const held = await engine.sync(source);
    expect(held.end).toBe('held');
    expect(await cursorOf()).toEqual({ at: 2 });
    source.script.delta = Array.from({ length: 5 }, () => recordsMessage('user', []));
    await engine.sync(source, { mode: 'delta' });
    expect(await cursorOf()).toEqual({ at: 5 });
    const { planHash: approve } = held.task.held as { planHash: string };
    const { end } = await engine.sync(source, { taskId: held.taskId, approve });
    expect(end).toBe('succeeded');
    expect(await cursorOf()).toEqual({ at: 5 });
  });
});

test('R12, R13: a value that a user gets back from another source may be taken by then', async () => {
  const crm = await engine.addSource('crm', { matchKeys: ['username'], priority: -1 });
  await read({ user: [{ uid: 'a', username: 'ann', email: 'lead@x.com' }, { uid: 'b' }] });
  crm.script.full = fullRead({ user: [{ uid: 'c', username: 'ann', email: 'ann@x.com' }] });
  await engine.sync(crm);
  await read({
    user: [
      { uid: 'a', username: 'ann', email: 'lead@x.com' },
      { uid: 'b', email: 'ann@x.com' },
    ],
  });
  const { taskId } = await read({ user: [{ uid: 'b', email: 'ann@x.com' }] });
  expect(await problemsOf(database.db, taskId)).toEqual(['user/a remove: email value_taken']);
  const change = await prisma().change.findFirstOrThrow({ where: { taskId, externalId: 'a' } });
  expect(JSON.stringify(change.problems)).toContain((await people())['b']!.id);
  const freed = await read({ user: [{ uid: 'b', email: 'bo@x.com' }] });
  expect(freed.end).toBe('succeeded');
  await queueRechecks(createTaskWorld(database.db).deps);
  const { id } = await prisma().syncTask.findFirstOrThrow({ where: { status: 'queued' } });
  expect((await engine.sync(crm, { taskId: id })).end).toBe('succeeded');
  expect(await usersOf(database.db, crm)).toMatchObject({ c: { email: 'ann@x.com', active: true } });
});

test('a task whose source cannot be read says what to fix', async () => {
  await prisma().source.update({ where: { id: source.id }, data: { type: 'martian' } });
  await expect(engine.sync(source)).rejects.toThrow(/martian/);
});
