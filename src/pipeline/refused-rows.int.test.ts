import { createEngine, type Engine, fullRead, type TestSource } from '../testing/worlds/engine.js';
import { departmentsOf, skippedOf, treeFaults, treeOf, usersOf } from '../testing/look.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

/** Rows that only the database refuses, not the plan: a refused row affects no other row. */
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
  await database.db.pool.query(`ALTER TABLE users ADD CONSTRAINT fine CHECK (title <> 'bad')`);
  await database.db.pool.query(`ALTER TABLE departments ADD CONSTRAINT fine CHECK (title <> 'bad')`);
});
afterEach(() => allowBad());
afterAll(() => database.drop());

async function allowBad() {
  await database.db.pool.query('ALTER TABLE users DROP CONSTRAINT IF EXISTS fine');
  await database.db.pool.query('ALTER TABLE departments DROP CONSTRAINT IF EXISTS fine');
}

async function read(records: Parameters<typeof fullRead>[0]) {
  source.script.full = fullRead(records);
  const first = await engine.sync(source);
  const { planHash: approve } = (first.task.held ?? {}) as { planHash?: string };
  return approve === undefined ? first : engine.sync(source, { taskId: first.taskId, approve });
}

const people = () => usersOf(database.db, source);
const prisma = () => database.db.prisma;

test('users: the bad one fails, also among many; everyone else is there', async () => {
  const user = Array.from({ length: 1_500 }, (_, at) => ({ uid: `u${at}`, title: at === 700 ? 'bad' : 'good' }));
  const { end, counts, taskId } = await read({ user });
  expect(end).toBe('partial');
  expect(counts['user']).toMatchObject({ created: 1_499, failed: 1 });
  expect(await skippedOf(database.db, taskId)).toEqual(['user/u700: row_refused']);
  expect(await prisma().user.count()).toBe(1_499);
  await allowBad();
  const again = await read({ user });
  expect(again.counts['user']).toMatchObject({ created: 1, unchanged: 1_499 });
});

test('users: what belongs to the bad one fails too and counts so; who names it waits for it', async () => {
  const records = {
    department: [{ uid: 'd', title: 'D' }],
    user: [
      { uid: 'a', managerUid: 'boss', departments: ['d'] },
      { uid: 'boss', title: 'bad', departments: ['d'] },
      { uid: 'c', managerUid: 'boss', departments: ['d'] },
    ],
  };
  const { counts, taskId } = await read(records);
  expect(await skippedOf(database.db, taskId)).toEqual(['membership/boss: reference_failed', 'user/boss: row_refused']);
  expect(counts['membership']).toMatchObject({ created: 2, failed: 1 });
  expect(await people()).toMatchObject({ a: { manager: null, departments: ['d'] }, c: { manager: null } });
  await allowBad();
  const again = await read(records);
  expect(again.end).toBe('succeeded');
  expect(await people()).toMatchObject({
    a: { manager: 'boss' },
    boss: { departments: ['d'], main: 'd' },
    c: { manager: 'boss' },
  });
  expect(await prisma().pendingReference.count()).toBe(0);
});

test('departments: the tree is right without the bad one, and right with it later', async () => {
  const records = {
    department: [
      { uid: 'top', title: 'Top' },
      { uid: 'mid', title: 'bad', parentUid: 'top' },
      { uid: 'low', title: 'Low', parentUid: 'mid' },
      { uid: 'by', title: 'By', parentUid: 'top' },
      ...Array.from({ length: 1_200 }, (_, at) => ({ uid: `x${at}`, title: 'X', parentUid: 'by' })),
    ],
    user: [{ uid: 'ann', departments: [{ uid: 'mid', isMain: true }, 'by'] }],
  };
  const { end, counts, taskId } = await read(records);
  expect(end).toBe('partial');
  expect(await skippedOf(database.db, taskId)).toEqual([
    'department/mid: row_refused',
    'membership/ann: reference_failed',
  ]);
  expect(counts['department']).toMatchObject({ created: 1_203, failed: 1 });
  expect(await treeOf(database.db, source)).toMatchObject({ top: null, low: null, by: 'top', x0: 'by', x1199: 'by' });
  expect((await people())['ann']).toMatchObject({ departments: ['by'], main: 'by' });
  expect(await treeFaults(database.db)).toEqual([]);
  await allowBad();
  const again = await read(records);
  expect(again.end).toBe('succeeded');
  expect(await departmentsOf(database.db, source)).toMatchObject({ low: { path: ['top', 'mid', 'low'] } });
  expect((await people())['ann']).toMatchObject({ departments: ['by', 'mid'], main: 'mid' });
  expect(await treeFaults(database.db)).toEqual([]);
  expect(await prisma().pendingReference.count()).toBe(0);
});

test('R12: of users who swap values, those tied to the bad one fail, the others swap', async () => {
  const names = ['n0', 'n1', 'n2', 'n3', 'n4', 'n5'];
  const user = (name: (at: number) => string, title: string) =>
    names.map((_, at) => ({ uid: `u${at}`, username: name(at), title: at === 5 ? title : 'good' }));
  await read({ user: user((at) => names[at]!, 'good') });
  const swapped = ['n1', 'n0', 'n3', 'n2', 'n5', 'n4'];
  const { end, taskId } = await read({ user: user((at) => swapped[at]!, 'bad') });
  expect(end).toBe('partial');
  expect(await skippedOf(database.db, taskId)).toEqual(['user/u4: row_refused', 'user/u5: row_refused']);
  const namesNow = async () => Object.values(await people()).map((one) => one.username);
  expect(await namesNow()).toEqual(['n1', 'n0', 'n3', 'n2', 'n4', 'n5']);
  await allowBad();
  await read({ user: user((at) => swapped[at]!, 'bad') });
  expect(await namesNow()).toEqual(swapped);
});
