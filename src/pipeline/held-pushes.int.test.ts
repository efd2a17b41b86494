import { v7 as uuid } from 'uuid';
import type { HeldPlan } from '../domain/task.js';
import { pushAdapter } from '../sources/push/push.adapter.js';
import { createInbox } from '../tasks/inbox/inbox.store.js';
import { createEngine, type Engine, type SyncResult, type TestSource } from '../testing/worlds/engine.js';
import { departmentsOf, skippedOf, treeOf, usersOf } from '../testing/look.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

/** R47: a push that is held and approved later ends as if it had been applied when it arrived. */
let database: TestDatabase;
let engine: Engine;
let api: TestSource;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db, { adapters: [pushAdapter({ inbox: createInbox(database.db) })] });
});
beforeEach(async () => {
  await database.reset();
  api = await engine.addSource('clients', { type: 'push', config: {}, guard: {} });
});
afterAll(() => database.drop());

type Rows = readonly Readonly<Record<string, unknown>>[];

const COUNT = 40;
const prisma = () => database.db.prisma;
const people = async () => await usersOf(database.db, api);
const ids = Array.from({ length: COUNT }, (_, at) => `p${at + 1}`);
const everyone = (more: (uid: string) => object): Rows => ids.map((uid) => ({ uid, ...more(uid) }));
const units = Array.from({ length: COUNT }, (_, at) => `d${at + 1}`);

/** Stores a push and runs its task. */
async function push(kind: string, records: readonly object[]): Promise<SyncResult & { readonly pushId: string }> {
  const row = { id: uuid(), sourceId: api.id, kind, records: records as object[], recordCount: records.length };
  const { id: pushId } = await prisma().push.create({ data: row });
  return { pushId, ...(await engine.sync(api, { mode: 'delta' })) };
}

/** Approves a held task until its plan stays the same. */
async function approve({ taskId }: { readonly taskId: string }): Promise<SyncResult> {
  for (let tries = 0; ; tries++) {
    const { held } = await prisma().syncTask.findUniqueOrThrow({ where: { id: taskId } });
    const ended = await engine.sync(api, { taskId, approve: (held as unknown as HeldPlan).planHash });
    if (ended.end !== 'held') return ended;
    expect(tries).toBeLessThan(3);
  }
}

async function resultOf({ pushId }: { readonly pushId: string }) {
  return (await prisma().push.findUniqueOrThrow({ where: { id: pushId } })).result;
}

/** Forty people with an address and a title, in the department d1; d1 to d3 exist. */
async function begin(): Promise<void> {
  await push(
    'department',
    ['d1', 'd2', 'd3'].map((uid) => ({ uid, title: uid })),
  );
  const first = await push(
    'user',
    everyone((uid) => ({
      email: `${uid}@old.example.com`,
      username: uid,
      title: 'old',
      city: 'Ulm',
      floor: 1,
      departments: ['d1'],
    })),
  );
  expect(first.end).toBe('succeeded');
}

/** Changes all e-mail addresses, so that the push is held, and the given other fields. */
async function holdPush(more: object = {}) {
  const held = await push(
    'user',
    everyone((uid) => ({ email: `${uid}@new.example.com`, ...more })),
  );
  expect(held.end).toBe('held');
  return held;
}

describe('R3, R47: a later push of one person takes the fields that it names from a held push, and no others', () => {
  const email = 'p1@new.example.com';
  test.each<[string, object, object, object]>([
    ['a title', { title: 'A' }, { title: 'B' }, { email, title: 'B' }],
    ['the address', { title: 'A' }, { email: 'p1@b.example.com' }, { email: 'p1@b.example.com', title: 'A' }],
    ['a cleared title', { title: 'A' }, { title: null }, { email, title: null }],
    ['a title that is cleared by the held push', { title: null }, { username: 'b1' }, { title: null, username: 'b1' }],
    ['what it said before', { title: 'A' }, { title: 'old' }, { email, title: 'old' }],
    ['one custom field', { city: 'A', floor: 2 }, { city: 'B' }, { email, attributes: { city: 'B', floor: 2 } }],
    ['a cleared custom field', { city: 'A', floor: 2 }, { city: null }, { email, attributes: { floor: 2 } }],
    ['another custom field', { city: 'A' }, { floor: 3 }, { attributes: { city: 'A', floor: 3 } }],
    ['departments', { departments: ['d2'] }, { departments: ['d3'] }, { email, departments: ['d3'], main: 'd3' }],
    ['no departments', { departments: ['d2'] }, { departments: [] }, { email, departments: [], main: null }],
    ['a title beside departments', { departments: ['d2'] }, { title: 'B' }, { email, title: 'B', departments: ['d2'] }],
    ['a manager', { managerUid: 'p2', title: 'A' }, { managerUid: 'p3' }, { manager: 'p3', title: 'A', email }],
    ['a title beside a manager', { managerUid: 'p2' }, { title: 'B' }, { manager: 'p2', title: 'B', email }],
    ['active', { active: false, title: 'A' }, { active: true }, { email, title: 'A', active: true }],
    ['a title beside active', { active: false }, { title: 'B' }, { email, title: 'B', active: false }],
    ['nothing', { title: 'A' }, {}, { email, title: 'A' }],
    ['all fields', { title: 'A' }, { title: 'B', email: 'p1@b.example.com' }, { email: 'p1@b.example.com' }],
    ['an address that can’t be used', { title: 'A' }, { email: 'nonsense' }, { email, title: 'A' }],
    ['an address after one that can’t be used', { title: 7 }, { title: 'B' }, { email, title: 'B' }],
  ])('%s', async (_, byHeld, byLater, end) => {
    await begin();
    const held = await holdPush(byHeld);
    await push('user', [{ uid: 'p1', ...byLater }]);
    const { counts } = await approve(held);
    expect((await people())['p1']).toMatchObject(end);
    expect((await people())['p2']).toMatchObject({ email: 'p2@new.example.com' });
    expect(counts['user']).toMatchObject({ seen: COUNT, skipped: 0, failed: 0 });
    expect(await resultOf(held)).toMatchObject({
      resources: [{ kind: 'user', all: COUNT, success: COUNT, failed: 0 }, {}],
    });
  });

  test('the held push said again after that is no repetition: its title counts', async () => {
    await begin();
    const held = await holdPush({ title: 'A' });
    await push('user', [{ uid: 'p1', title: 'B' }]);
    await approve(held);
    await push('user', [{ uid: 'p1', email: 'p1@new.example.com', title: 'A' }]);
    expect((await people())['p1']).toMatchObject({ title: 'A' });
  });

  test('a field that two later pushes name has the value of the last one', async () => {
    await begin();
    const held = await holdPush({ title: 'A', city: 'A' });
    await push('user', [{ uid: 'p1', title: 'B' }]);
    await push('user', [{ uid: 'p1', title: 'C', floor: 3 }]);
    await approve(held);
    expect((await people())['p1']).toMatchObject({ title: 'C', email, attributes: { city: 'A', floor: 3 } });
  });

  test('a person whom a later push makes first gets the other fields of the held push', async () => {
    await begin();
    const held = await push('user', [
      ...everyone((uid) => ({ email: `${uid}@new.example.com` })),
      { uid: 'new', title: 'A', city: 'A' },
    ]);
    await push('user', [{ uid: 'new', title: 'B' }]);
    await approve(held);
    expect((await people())['new']).toMatchObject({ title: 'B', attributes: { city: 'A' } });
  });

  test('a later record that is refused takes nothing', async () => {
    await begin();
    const held = await holdPush({ title: 'A' });
    const { end } = await push('user', [{ uid: 'p1', title: 'B', isDeleted: 'x' }]);
    expect(end).toBe('partial');
    await approve(held);
    expect((await people())['p1']).toMatchObject({ title: 'A', email });
  });
});

describe('R47: deletions', () => {
  test('a later deletion is not undone by a held push', async () => {
    await begin();
    const held = await holdPush({ title: 'A' });
    await push('user', [{ uid: 'p1', isDeleted: true }]);
    await approve(held);
    expect((await people())['p1']).toMatchObject({ active: false, linked: false, departments: [] });
    expect((await people())['p2']).toMatchObject({ title: 'A' });
  });

  test('a person whom only the held push brings and a later one deletes is not made', async () => {
    await begin();
    const held = await push('user', [...everyone((uid) => ({ email: `${uid}@new.example.com` })), { uid: 'new' }]);
    await push('user', [{ uid: 'new', isDeleted: true }]);
    const { taskId, end } = await approve(held);
    expect(end).toBe('succeeded');
    expect(await people()).not.toHaveProperty('new');
    expect(await skippedOf(database.db, taskId)).toEqual([]);
  });

  test('a later return is not undone by a held deletion', async () => {
    await begin();
    const held = await push(
      'user',
      everyone(() => ({ isDeleted: true })),
    );
    expect(held.end).toBe('held');
    await push('user', [{ uid: 'p1', title: 'B' }]);
    await push('user', [{ uid: 'p2' }]);
    await approve(held);
    const seen = await people();
    expect(seen['p1']).toMatchObject({ active: true, linked: true, title: 'B', departments: ['d1'] });
    expect(seen['p2']).toMatchObject({ active: true, linked: true });
    expect(seen['p3']).toMatchObject({ active: false, linked: false });
    expect(await resultOf(held)).toMatchObject({ resources: [{ all: COUNT, success: COUNT }, {}] });
  });

  test('who is deleted and returns later has the other fields of the held push', async () => {
    await begin();
    const held = await holdPush({ title: 'A', city: 'A', departments: ['d2'] });
    await push('user', [{ uid: 'p1', isDeleted: true }]);
    await push('user', [{ uid: 'p1', title: 'C' }]);
    await approve(held);
    expect((await people())['p1']).toMatchObject({
      ...{ active: true, title: 'C', email: 'p1@new.example.com', departments: ['d2'] },
      attributes: { city: 'A' },
    });
  });
});

describe('R20, R47: departments', () => {
  /** Forty departments below two roots. */
  async function beginTree(): Promise<void> {
    await push(
      'department',
      [...['x', 'y', 'z'], ...units].map((uid) => ({ uid, title: uid, parentUid: uid.length > 1 ? 'x' : null })),
    );
  }
  const holdTree = async () => {
    const held = await push(
      'department',
      units.map((uid) => ({ uid, title: 'A', parentUid: 'y', sort: 7 })),
    );
    expect(held.end).toBe('held');
    return held;
  };

  test.each<[string, object, object]>([
    ['a title', { title: 'B' }, { title: 'B', parent: 'y' }],
    ['a place in the tree', { parentUid: 'z' }, { title: 'A', parent: 'z' }],
    ['the root', { parentUid: null }, { title: 'A', parent: null }],
    ['a deletion', { isDeleted: true }, { removed: true, linked: false }],
  ])('a later push names %s', async (_, later, end) => {
    await beginTree();
    const held = await holdTree();
    await push('department', [{ uid: 'd1', ...later }]);
    await approve(held);
    const seen = await departmentsOf(database.db, api);
    expect(seen['d1']).toMatchObject(end);
    expect(seen['d2']).toMatchObject({ title: 'A', parent: 'y' });
  });

  test('a held deletion of departments leaves the one that a later push names', async () => {
    await beginTree();
    const held = await push(
      'department',
      units.map((uid) => ({ uid, isDeleted: true })),
    );
    expect(held.end).toBe('held');
    await push('department', [{ uid: 'd1', title: 'B' }]);
    await approve(held);
    expect(await treeOf(database.db, api)).toEqual({ x: null, y: null, z: null, d1: 'x' });
  });
});

describe('R33, R47: several held pushes', () => {
  test.each([
    ['in their order', [0, 1]],
    ['the later one first', [1, 0]],
  ])('that are approved %s', async (_, order) => {
    await begin();
    const first = await holdPush({ title: 'A', city: 'A', floor: 2 });
    const second = await push(
      'user',
      everyone((uid) => ({ email: `${uid}@b.example.com`, city: 'B' })),
    );
    expect(second.end).toBe('held');
    await push('user', [{ uid: 'p1', floor: 3 }]);
    for (const at of order) await approve([first, second][at]!);
    expect(await people()).toMatchObject({
      p1: { email: 'p1@b.example.com', title: 'A', attributes: { city: 'B', floor: 3 } },
      p2: { email: 'p2@b.example.com', title: 'A', attributes: { city: 'B', floor: 2 } },
    });
  });

  test('of a deletion and a return, the later one wins in either order', async () => {
    await begin();
    const deletion = await push(
      'user',
      everyone(() => ({ isDeleted: true })),
    );
    const change = await push(
      'user',
      everyone((uid) => ({ email: `${uid}@b.example.com` })),
    );
    expect([deletion.end, change.end]).toEqual(['held', 'held']);
    await approve(change);
    await approve(deletion);
    expect((await people())['p1']).toMatchObject({ active: true, linked: true, email: 'p1@b.example.com' });
  });

  test('three of them, the middle one last', async () => {
    await begin();
    const held = [];
    for (const [name, more] of Object.entries({
      a: { title: 'A', city: 'A' },
      b: { title: 'B', floor: 2 },
      c: { city: 'C' },
    }))
      held.push(
        await push(
          'user',
          everyone((uid) => ({ email: `${uid}@${name}.example.com`, ...more })),
        ),
      );
    await push('user', [{ uid: 'p1', username: 'q1' }]);
    for (const at of [2, 0, 1]) await approve(held[at]!);
    expect((await people())['p1']).toMatchObject({
      ...{ email: 'p1@c.example.com', title: 'B', username: 'q1' },
      attributes: { city: 'C', floor: 2 },
    });
  });
});

describe('R31, R47: with `applySafeChanges`', () => {
  beforeEach(() => prisma().source.update({ where: { id: api.id }, data: { guard: { applySafeChanges: true } } }));

  test('what a later push names stays when the rest is approved', async () => {
    await begin();
    const records = [
      ...everyone((uid) => ({ email: `${uid}@new.example.com`, title: 'A' })).slice(0, 30),
      ...everyone(() => ({ title: 'A', city: 'A' })).slice(30),
    ];
    const held = await push('user', records);
    expect(held.end).toBe('held');
    expect((await people())['p40']).toMatchObject({ title: 'A', attributes: { city: 'A' } });
    await push('user', [
      { uid: 'p1', title: 'B' },
      { uid: 'p40', title: 'B' },
    ]);
    await approve(held);
    expect(await people()).toMatchObject({
      p1: { title: 'B', email: 'p1@new.example.com' },
      p40: { title: 'B', attributes: { city: 'A' } },
    });
    expect(await resultOf(held)).toMatchObject({ resources: [{ all: COUNT, success: COUNT }, {}] });
  });

  test('what a later held push applied of itself counts, the rest of it does not yet', async () => {
    await prisma().source.update({ where: { id: api.id }, data: { guard: {} } });
    await begin();
    const first = await holdPush({ title: 'A' });
    await prisma().source.update({ where: { id: api.id }, data: { guard: { applySafeChanges: true } } });
    const second = await push('user', [
      ...everyone((uid) => ({ email: `${uid}@b.example.com`, title: 'B' })).slice(0, 30),
      ...everyone(() => ({ title: 'B' })).slice(30),
    ]);
    expect(second.end).toBe('held');
    await approve(first);
    expect(await people()).toMatchObject({
      p1: { title: 'A', email: 'p1@new.example.com' },
      p40: { title: 'B', email: 'p40@new.example.com' },
    });
    await approve(second);
    expect(await people()).toMatchObject({
      p1: { title: 'B', email: 'p1@b.example.com' },
      p40: { title: 'B', email: 'p40@new.example.com' },
    });
  });
});

describe('R42, R47: a retry', () => {
  test('of a push that ended as partial takes what later pushes did not name', async () => {
    await begin();
    const holder = await prisma().user.create({
      data: { id: uuid(), username: 'x', usernameKey: 'x', protected: true },
    });
    await prisma().source.update({ where: { id: api.id }, data: { matchKeys: ['username'] } });
    const partial = await push('user', [{ uid: 'new', username: 'x', title: 'A', city: 'A' }]);
    expect(await skippedOf(database.db, partial.taskId)).toEqual(['user/new: protected']);
    await prisma().user.delete({ where: { id: holder.id } });
    await push('user', [{ uid: 'new', title: 'B' }]);
    await prisma().syncTask.update({ where: { id: partial.taskId }, data: { status: 'queued' } });
    await engine.sync(api, { taskId: partial.taskId });
    expect((await people())['new']).toMatchObject({ username: 'x', title: 'B', attributes: { city: 'A' } });
  });
});

describe('R47: undo', () => {
  test('a later push that was undone takes nothing', async () => {
    await begin();
    const held = await holdPush({ title: 'A' });
    const later = await push('user', [{ uid: 'p1', title: 'B' }]);
    await engine.sync(api, { undoes: later.taskId });
    await approve(held);
    expect((await people())['p1']).toMatchObject({ title: 'A', email: 'p1@new.example.com' });
  });

  test('what an undo of an earlier push restored since stays', async () => {
    await begin();
    const earlier = await push('user', [{ uid: 'p1', title: 'X' }]);
    const held = await holdPush({ title: 'A' });
    await engine.sync(api, { undoes: earlier.taskId });
    await approve(held);
    expect((await people())['p1']).toMatchObject({ title: 'old' });
    expect((await people())['p2']).toMatchObject({ title: 'A' });
  });
});
