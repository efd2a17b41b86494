import fc from 'fast-check';
import type { HeldPlan } from '../domain/task.js';
import { createEngine, type Engine, fullRead, type TestSource } from '../testing/worlds/engine.js';
import { departmentsOf, problemsOf, skippedOf, treeFaults, usersOf } from '../testing/look.js';
import { recordsMessage } from '../testing/fakes/scripted-adapter.js';
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
  source = await engine.addSource('hr', { matchKeys: ['username'] });
});
afterAll(() => database.drop());

type Row = Readonly<Record<string, unknown>>;
type Records = Readonly<Record<string, readonly Row[]>>;

const prisma = () => database.db.prisma;
function read(records: Records, from = source) {
  from.script.full = fullRead(records);
  return engine.sync(from);
}
function push(kind: string, records: readonly Row[], gone: readonly string[] = []) {
  source.script.delta = [recordsMessage(kind, records), { type: 'tombstones', kind, externalIds: gone }];
  return engine.sync(source, { mode: 'delta' });
}
const undo = (undoes: string, options: object = {}) => engine.sync(source, { undoes, ...options });

/** All visible data of a source's users and departments. */
async function seen(from = source) {
  return { users: await usersOf(database.db, from), departments: await departmentsOf(database.db, from) };
}
const people = async () => usersOf(database.db, source);

const before: Records = {
  department: [
    { uid: 'a', title: 'A' },
    { uid: 'b', title: 'B', parentUid: 'a', order: 2 },
    { uid: 'c', title: 'C', parentUid: 'b' },
  ],
  user: [
    { uid: 'ann', username: 'ann', title: 'Boss', departments: [{ uid: 'a', isMain: true, isOwner: true }], shoe: 41 },
    { uid: 'bo', username: 'bo', email: 'bo@example.com', managerUid: 'ann', departments: ['b', 'c'] },
    { uid: 'cy', username: 'cy', departments: ['c'] },
  ],
};
/** Fields, custom fields, managers, memberships, a moved and a removed department, a new one, people gone and new. */
const after: Records = {
  department: [
    { uid: 'a', title: 'A2' },
    { uid: 'c', title: 'C', parentUid: 'd' },
    { uid: 'd', title: 'D', parentUid: 'a' },
  ],
  user: [
    { uid: 'ann', username: 'ann', title: null, departments: ['d'], shoe: 42, hat: 'red' },
    { uid: 'bo', username: 'bo2', email: 'bo@example.com', managerUid: 'di', departments: ['c'] },
    { uid: 'di', username: 'di', departments: ['d'] },
  ],
};

test('takes back what a task changed: users, departments, memberships, managers', async () => {
  await read(before);
  const was = await seen();
  const { taskId } = await read(after);
  expect(await seen()).not.toEqual(was);
  const { end, counts } = await undo(taskId);
  expect(end).toBe('succeeded');
  expect(counts).toMatchObject({
    user: { updated: 2, restored: 1, removed: 1, skipped: 0, failed: 0 },
    department: { updated: 2, restored: 1, removed: 1 },
  });
  const now = await seen();
  expect(now.users).toMatchObject(was.users);
  expect(now.users['di']).toMatchObject({ active: false, linked: false, departments: [] });
  expect(now.departments).toMatchObject(was.departments);
  expect(now.departments['d']).toMatchObject({ removed: true, linked: false });
  expect(await treeFaults(database.db)).toEqual([]);
  const hand = await prisma().membership.findMany({ where: { isOwner: true } });
  expect(hand).toHaveLength(1);
});

test('the next read decides anew: what the source still says is done again, what it said before changes nothing', async () => {
  await read(before);
  const { taskId } = await read(after);
  const then = await seen();
  await undo(taskId);
  const again = await read(after);
  expect(again.end).toBe('succeeded');
  expect(await seen()).toEqual(then);
  await undo(again.taskId);
  const rows = await database.db.pool.query('SELECT xmin, * FROM users ORDER BY id');
  const { counts } = await read(before);
  expect(counts['user']).toMatchObject({ seen: 3, unchanged: 3, updated: 0, removed: 0, created: 0 });
  expect((await database.db.pool.query('SELECT xmin, * FROM users ORDER BY id')).rows).toEqual(rows.rows);
});

test('an undo can be undone', async () => {
  await read(before);
  const { taskId } = await read(after);
  const then = await seen();
  const first = await undo(taskId);
  const { end } = await undo(first.taskId);
  expect(end).toBe('succeeded');
  const now = await seen();
  expect(now.users).toMatchObject(then.users);
  expect(now.departments).toMatchObject(then.departments);
});

test('R14: rows that the policy deleted come back with their ids and everything that they had', async () => {
  await prisma().source.update({ where: { id: source.id }, data: { removal: 'delete' } });
  await read(before);
  const was = await seen();
  const { taskId } = await read({ ...before, user: (before['user'] ?? []).slice(0, 1) });
  expect(await prisma().user.count()).toBe(1);
  expect((await undo(taskId)).end).toBe('succeeded');
  expect(await seen()).toEqual(was);
});

test('a push undone: keys that it did not name stay, what it cleared comes back', async () => {
  await push('user', [{ uid: 'ann', username: 'ann', title: 'Boss', phone: '123' }]);
  const { taskId } = await push('user', [{ uid: 'ann', title: null, email: 'ann@example.com' }]);
  await undo(taskId);
  expect((await people())['ann']).toMatchObject({ title: 'Boss', email: null });
  await push('user', [{ uid: 'ann', nickname: 'Annie' }]);
  expect((await people())['ann']).toMatchObject({ title: 'Boss', email: null });
  expect(await prisma().knownRecord.findFirst()).toMatchObject({ data: { title: 'Boss', phone: '123' } });
});

test('a user whom a match linked gets the earlier values back, and the link ends', async () => {
  const crm = await engine.addSource('crm', { priority: -1 });
  await read({ user: [{ uid: '1', username: 'ann', title: 'Boss' }] }, crm);
  const { taskId, counts } = await read({ user: [{ uid: 'ann', username: 'ann', title: 'Queen' }] });
  expect(counts['user']).toMatchObject({ linked: 1 });
  await undo(taskId);
  expect((await people())['ann']).toMatchObject({ title: 'Boss', active: true, linked: false });
});

describe('what changed since is left alone, and said', () => {
  let taskId: string;
  beforeEach(async () => {
    await read(before);
    taskId = (await read(after)).taskId;
  });

  test('by a later task of the source', async () => {
    await push('user', [{ uid: 'bo', title: 'Chief' }]);
    const { taskId: id, end, task } = await undo(taskId);
    expect(end).toBe('partial');
    expect(task.errorCode).toBe('records_skipped');
    expect(await skippedOf(database.db, id)).toEqual(['membership/bo: changed_since', 'user/bo: changed_since']);
    expect((await people())['bo']).toMatchObject({ username: 'bo2', title: 'Chief', departments: ['c'] });
    expect((await people())['ann']).toMatchObject({ title: 'Boss' });
  });

  test('by hand', async () => {
    await prisma().user.updateMany({ where: { username: 'bo2' }, data: { username: 'bob', version: 9 } });
    await prisma().department.updateMany({ where: { title: 'A2' }, data: { title: 'A3', version: 9 } });
    const { taskId: id } = await undo(taskId);
    expect(await skippedOf(database.db, id)).toEqual(['department/a: changed_since', 'user/bo: changed_since']);
    expect((await people())['bo']).toMatchObject({ username: 'bob' });
  });

  test('by another source that links whom the task made', async () => {
    const crm = await engine.addSource('crm', { matchKeys: ['username'], priority: -1 });
    await read({ user: [{ uid: '9', username: 'di' }] }, crm);
    const { taskId: id } = await undo(taskId);
    expect(await skippedOf(database.db, id)).toContain('user/di: changed_since');
    expect((await people())['di']).toMatchObject({ active: true, linked: true });
  });

  test('a row that was deleted', async () => {
    await prisma().user.deleteMany({ where: { username: 'di' } });
    const { taskId: id } = await undo(taskId);
    expect(await skippedOf(database.db, id)).toContain('user/di: changed_since');
  });

  test('R12: a value that another user has by now', async () => {
    const crm = await engine.addSource('crm');
    await read({ user: [{ uid: '9', username: 'bo' }] }, crm);
    const { taskId: id } = await undo(taskId);
    expect(await problemsOf(database.db, id)).toEqual(['user/bo update: username value_taken']);
    expect((await people())['bo']).toMatchObject({ username: 'bo2', manager: 'ann' });
  });

  test('R11, R15: protected and locked people', async () => {
    await prisma().user.updateMany({ where: { username: 'di' }, data: { protected: true } });
    await prisma().user.updateMany({ where: { username: 'cy' }, data: { lockedAt: new Date() } });
    const { taskId: id } = await undo(taskId);
    expect(await skippedOf(database.db, id)).toContain('user/di: protected');
    expect((await people())['di']).toMatchObject({ active: true });
    expect((await people())['cy']).toMatchObject({ active: false });
  });
});

describe('R31: an undo is a plan like any other', () => {
  const many = Array.from({ length: 30 }, (_, at) => ({ uid: `u${at}`, username: `n${at}` }));

  test('one that would take many away is held, and applied when a person says so', async () => {
    await prisma().source.update({ where: { id: source.id }, data: { guard: {} } });
    const { taskId } = await read({ user: many });
    const held = await undo(taskId);
    expect(held.end).toBe('held');
    const plan = held.task.held as unknown as HeldPlan;
    expect(plan.reasons).toMatchObject([{ code: 'removals', kind: 'user', count: 30, limit: 10 }]);
    expect(await prisma().user.count({ where: { active: true } })).toBe(30);
    const done = await engine.sync(source, { taskId: held.taskId, approve: plan.planHash });
    expect(done).toMatchObject({ end: 'succeeded', counts: { user: { removed: 30 } } });
    expect(await prisma().user.count({ where: { active: true } })).toBe(0);
  });

  test('R35: a dry run says what it would do and does nothing', async () => {
    await read(before);
    const { taskId } = await read(after);
    const then = await seen();
    const dry = await undo(taskId, { dryRun: true });
    expect(dry.end).toBe('succeeded');
    expect(await seen()).toEqual(then);
    const real = await undo(taskId);
    expect(dry.counts).toMatchObject({ user: real.counts['user'], membership: real.counts['membership'] });
  });
});

test('R44: an undo whose worker dies goes on: nothing twice, nothing missing', async () => {
  await read(before);
  const was = await seen();
  const { taskId } = await read(after);
  for (const dieAt of ['plan of the undo began', 'plan finished', 'apply began']) {
    const dying = new AbortController();
    const onReport = ({ line }: { line?: string }) => {
      if (line?.startsWith(dieAt)) dying.abort(new Error('killed'));
    };
    const open = await prisma().syncTask.findFirst({ where: { mode: 'undo' } });
    const run = engine.sync(source, {
      ...(open ? { taskId: open.id } : { undoes: taskId }),
      ...{ signal: dying.signal, onReport },
    });
    await expect(run).rejects.toThrow('killed');
  }
  const { id } = await prisma().syncTask.findFirstOrThrow({ where: { mode: 'undo' } });
  expect((await engine.sync(source, { taskId: id })).end).toBe('succeeded');
  expect((await seen()).users).toMatchObject(was.users);
});

test('R20, R23: what waited before the task waits again after its undo', async () => {
  await push('user', [{ uid: 'ann', username: 'ann', departments: ['x'], managerUid: 'zoe' }]);
  const { taskId } = await push('department', [{ uid: 'x', title: 'X' }]);
  const other = await push('user', [{ uid: 'zoe', username: 'zoe' }]);
  expect((await people())['ann']).toMatchObject({ departments: ['x'], manager: 'zoe' });
  await undo(other.taskId);
  expect((await people())['ann']).toMatchObject({ manager: null });
  await undo(taskId);
  expect((await people())['ann']).toMatchObject({ departments: [] });
  await push('department', [{ uid: 'x', title: 'X' }]);
  await push('user', [{ uid: 'zoe', username: 'zoe' }]);
  expect((await people())['ann']).toMatchObject({ departments: ['x'], manager: 'zoe' });
});

test('whatever a task did, its undo brings everyone back to where they were', async () => {
  const uid = (prefix: string, max: number) => fc.integer({ min: 0, max }).map((at) => `${prefix}${at}`);
  const department = fc.record(
    { uid: uid('d', 4), title: fc.constantFrom('X', 'Y') },
    { requiredKeys: ['uid', 'title'] },
  );
  const user = fc.record(
    {
      uid: uid('u', 5),
      title: fc.constantFrom('S', 'T', null),
      size: fc.constantFrom(1, 2),
      managerUid: uid('u', 5),
      departments: fc.uniqueArray(uid('d', 4), { maxLength: 3 }),
      active: fc.boolean(),
    },
    { requiredKeys: ['uid'] },
  );
  const records = fc.record({
    department: fc.uniqueArray(department, { selector: (one) => one.uid, maxLength: 5 }),
    user: fc.uniqueArray(user, { selector: (one) => one.uid, maxLength: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(records, records, async (first, second) => {
      await database.reset();
      source = await engine.addSource('hr');
      await read(first);
      const was = await seen();
      const { taskId } = await read(second);
      const { end, taskId: id } = await undo(taskId);
      expect(await skippedOf(database.db, id)).toEqual([]);
      expect(end).toBe('succeeded');
      const now = await seen();
      // A user whom the task created stays, but not in force.
      for (const [name, one] of Object.entries(now.users)) {
        if (was.users[name]) expect(one).toEqual(was.users[name]);
        else expect(one).toMatchObject({ active: false, linked: false, departments: [] });
      }
      for (const [name, one] of Object.entries(now.departments)) {
        if (was.departments[name]) expect(one).toEqual(was.departments[name]);
        else expect(one).toMatchObject({ removed: true, linked: false });
      }
    }),
    { numRuns: 12 },
  );
}, 240_000);
