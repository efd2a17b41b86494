import type { HeldPlan } from '../domain/task.js';
import { createEngine, type Engine, fullRead, type TestSource } from '../testing/worlds/engine.js';
import { departmentsOf, treeOf, usersOf } from '../testing/look.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

let database: TestDatabase;
let engine: Engine;
let source: TestSource;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
});
beforeEach(async () => {
  await database.reset();
  source = await engine.addSource('hr', { guard: { applySafeChanges: true } });
});
afterAll(() => database.drop());

type Row = Readonly<Record<string, unknown>>;

const people = (from: number, to: number, more: object = {}): Row[] =>
  Array.from({ length: to - from }, (_, at) => ({ uid: `u${from + at}`, username: `n${from + at}`, ...more }));
const units = (...uids: readonly string[]) => uids.map((uid) => ({ uid, title: uid.toUpperCase() }));
const reading = (records: Readonly<Record<string, readonly Row[]>>) => {
  source.script.full = fullRead(records);
};
function read(records: Readonly<Record<string, readonly Row[]>>, signal?: AbortSignal) {
  reading(records);
  return engine.sync(source, signal ? { signal } : {});
}
const planOf = ({ task }: { task: { held: unknown } }) => task.held as HeldPlan;
const approve = (held: { taskId: string; task: { held: unknown } }) =>
  engine.sync(source, { taskId: held.taskId, approve: planOf(held).planHash });
const outcomes = async (taskId: string) => {
  const lines = await database.db.prisma.change.findMany({ where: { taskId, action: { not: 'keep' } } });
  return lines.map(({ action, kind, externalId, outcome }) => `${action} ${kind} ${externalId}: ${outcome}`).sort();
};

const before = { department: units('a', 'b'), user: people(0, 12, { departments: ['a'] }) };
/** Eight people removed, one new, one changed, one moved to the other department. */
const after = {
  department: units('a', 'b'),
  user: [
    { uid: 'u8', username: 'n8', title: 'new', departments: ['a'] },
    { uid: 'u9', username: 'n9', departments: ['b'] },
    ...people(10, 12, { departments: ['a'] }),
    { uid: 'u50', username: 'n50', departments: ['b'] },
  ],
};

test('R31: creates and updates go through, removals wait', async () => {
  await read(before);
  const held = await read(after);
  expect(held.end).toBe('held');
  expect(planOf(held).reasons).toMatchObject([{ code: 'removals', kind: 'user', count: 8 }]);
  const seen = await usersOf(database.db, source);
  expect(seen['u50']).toMatchObject({ active: true, departments: ['b'], main: 'b' });
  expect(seen['u8']).toMatchObject({ title: 'new' });
  expect(seen['u0']).toMatchObject({ active: true, linked: true, departments: ['a'] });
  // Removing a person from a department is a removal too.
  expect(seen['u9']).toMatchObject({ departments: ['a', 'b'] });
  expect(await outcomes(held.taskId)).toMatchObject([
    'create membership u50: applied',
    'create membership u9: applied',
    'create user u50: applied',
    ...people(0, 8).map((one) => `remove membership ${String(one['uid'])}: null`),
    'remove membership u9: null',
    ...people(0, 8).map((one) => `remove user ${String(one['uid'])}: null`),
    'update user u8: applied',
  ]);
});

test('R33: an approval applies the rest; counts are those of the whole', async () => {
  await read(before);
  const { end, counts, task } = await approve(await read(after));
  expect(end).toBe('succeeded');
  expect(counts['user']).toMatchObject({ created: 1, updated: 1, removed: 8, unchanged: 3 });
  expect(counts['membership']).toMatchObject({ created: 2, removed: 9 });
  expect(task).toMatchObject({ held: null, safePart: false });
  const seen = await usersOf(database.db, source);
  expect(seen['u9']).toMatchObject({ departments: ['b'] });
  expect(seen['u0']).toMatchObject({ active: false });
});

test('control: without the option nothing at all is written', async () => {
  source = await engine.addSource('plain', { guard: {} });
  await read(before);
  const held = await read(after);
  expect(held.end).toBe('held');
  const seen = await usersOf(database.db, source);
  expect(seen).not.toHaveProperty('u50');
  expect(seen['u8']).toMatchObject({ title: null });
});

test('what follows from a removal waits with it: children of a department that is gone stay where they are', async () => {
  const child = { uid: 'child', title: 'Child', parentUid: 'gone' };
  await read({ department: [...units('gone', 'b', 'c', 'd'), child], user: people(0, 1, { departments: ['gone'] }) });
  await database.db.prisma.source.update({
    where: { id: source.id },
    data: { guard: { applySafeChanges: true, maxRecords: 0 } },
  });
  const held = await read({
    department: [...units('b', 'c', 'd', 'e'), child],
    user: people(0, 1, { departments: ['gone'] }),
  });
  expect(held.end).toBe('held');
  expect(await treeOf(database.db, source)).toMatchObject({ gone: null, child: 'gone', e: null });
  expect((await usersOf(database.db, source))['u0']).toMatchObject({ departments: ['gone'], main: 'gone' });
  expect((await approve(held)).end).toBe('succeeded');
  expect(await treeOf(database.db, source)).toMatchObject({ child: null });
  expect((await departmentsOf(database.db, source))['gone']).toMatchObject({ removed: true });
});

test('R31: where moved values are the reason, those wait and the rest goes through', async () => {
  const former = people(0, 8).map((one) => ({ ...one, email: `${String(one['uid'])}@old.example.com` }));
  await read({ user: [...former, ...people(8, 20)] });
  const renamed = people(0, 8).map((one) => ({ ...one, email: `${String(one['uid'])}@example.com` }));
  const held = await read({ user: [...renamed, ...people(8, 20, { title: 'new' }), ...people(30, 31)] });
  expect(planOf(held).reasons).toMatchObject([{ code: 'moved_values', kind: 'user', count: 8 }]);
  const seen = await usersOf(database.db, source);
  expect(seen['u0']).toMatchObject({ email: 'u0@old.example.com' });
  expect(seen['u8']).toMatchObject({ title: 'new' });
  expect(seen['u30']).toMatchObject({ active: true });
  expect((await approve(held)).end).toBe('succeeded');
  expect((await usersOf(database.db, source))['u0']).toMatchObject({ email: 'u0@example.com' });
});

test('tombstones of a delta wait too', async () => {
  await read({ user: people(0, 40) });
  const goneIds = people(0, 11).map((one) => String(one['uid']));
  source.script.delta = [
    { type: 'tombstones', kind: 'user', externalIds: goneIds },
    ...fullRead({ user: people(50, 51) }).slice(0, 1),
  ];
  const held = await engine.sync(source, { mode: 'delta' });
  expect(held.end).toBe('held');
  expect(await database.db.prisma.user.count({ where: { active: true } })).toBe(41);
  const { counts } = await approve(held);
  expect(counts['user']).toMatchObject({ created: 1, removed: 11 });
  expect(await database.db.prisma.user.count({ where: { active: true } })).toBe(30);
});

test('R40: a task that ends without the rest counts what was applied', async () => {
  await read(before);
  const held = await read(after);
  expect(held.counts['user']).toMatchObject({ removed: 8 });
  expect(planOf(held).applied?.['user']).toMatchObject({ created: 1, updated: 1, removed: 0 });
});

test('R44: a worker that dies in the safe part goes on with it, and the removals still wait', async () => {
  await read(before);
  const dying = new AbortController();
  reading(after);
  const run = engine.sync(source, {
    signal: dying.signal,
    onReport: ({ phase, line }) => {
      if (phase === 'apply' && line?.startsWith('apply began')) dying.abort(new Error('killed'));
    },
  });
  await expect(run).rejects.toThrow('killed');
  const left = await database.db.prisma.syncTask.findFirstOrThrow({ where: { status: 'applying' } });
  expect(left.safePart).toBe(true);
  const held = await engine.sync(source, { taskId: left.id });
  expect(held.end).toBe('held');
  expect((await usersOf(database.db, source))['u50']).toMatchObject({ active: true });
  expect((await usersOf(database.db, source))['u0']).toMatchObject({ active: true });
});
