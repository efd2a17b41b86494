import fc from 'fast-check';
import { createEngine, type Engine, fullRead, type TestSource } from '../testing/worlds/engine.js';
import { departmentsOf, skippedOf, treeFaults, treeOf, usersOf } from '../testing/look.js';
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
  source = await engine.addSource('hr');
});
afterEach(async () => expect(await treeFaults(database.db)).toEqual([]));
afterAll(() => database.drop());

type Parents = Readonly<Record<string, string | null>>;

const departments = (parents: Parents) =>
  Object.entries(parents).map(([uid, parentUid]) => ({ uid, title: `Dept ${uid}`, parentUid }));
const users = (places: Readonly<Record<string, readonly unknown[]>> = {}) =>
  Object.entries(places).map(([uid, list]) => ({ uid, username: uid, departments: list }));

/** A full read of these departments and users. */
async function read(parents: Parents, places: Readonly<Record<string, readonly unknown[]>> = {}) {
  source.script.full = fullRead({ department: departments(parents), user: users(places) });
  const first = await engine.sync(source);
  // A plan that moves half a tree is held (R31); these tests are about the next steps.
  const { planHash: approve } = (first.task.held ?? {}) as { planHash?: string };
  return approve === undefined ? first : engine.sync(source, { taskId: first.taskId, approve });
}

/** A delta with these departments, and these ids gone. */
async function push(parents: Parents, gone: readonly string[] = []) {
  source.script.delta = [
    recordsMessage('department', departments(parents)),
    { type: 'tombstones', kind: 'department', externalIds: gone },
  ];
  return engine.sync(source, { mode: 'delta' });
}

const tree = () => treeOf(database.db, source);
const company = { top: null, sales: 'top', north: 'sales', south: 'sales', tech: 'top', web: 'tech' };

describe('R20: the tree is right after one task', () => {
  test('children may arrive before their parents', async () => {
    await read(Object.fromEntries(Object.entries(company).reverse()));
    expect(await tree()).toEqual(company);
  });

  test('R25: path and leaf follow the tree', async () => {
    await read(company);
    const seen = await departmentsOf(database.db, source);
    expect(seen['north']).toMatchObject({ path: ['top', 'sales', 'north'], isLeaf: true });
    expect(seen['sales']).toMatchObject({ path: ['top', 'sales'], isLeaf: false });
    await read({ ...company, north: 'web', south: 'web' });
    const moved = await departmentsOf(database.db, source);
    expect(moved['north']).toMatchObject({ path: ['top', 'tech', 'web', 'north'] });
    expect(moved['sales']).toMatchObject({ isLeaf: true });
    expect(moved['web']).toMatchObject({ isLeaf: false });
  });

  test.each([
    ['one moves', { ...company, north: 'tech' }],
    ['one becomes a root', { ...company, tech: null }],
    ['a root goes under another', { ...company, top: null, sales: null, tech: 'sales' }],
    ['parent and child swap', { ...company, sales: 'north', north: 'top' }],
    ['the root and its child swap', { ...company, top: 'sales', sales: null }],
    ['a chain turns round', { top: 'tech', tech: 'web', web: null, sales: 'top', north: 'sales', south: 'sales' }],
    ['a whole subtree moves under what was below its sibling', { ...company, sales: 'web' }],
    [
      'everything moves at once',
      { top: 'south', sales: 'web', north: 'tech', south: null, tech: 'south', web: 'north' },
    ],
  ])('%s', async (_name, after: Parents) => {
    await read(company);
    const before = await departmentsOf(database.db, source);
    const { end, counts, taskId } = await read(after);
    expect(await skippedOf(database.db, taskId)).toEqual([]);
    expect(end).toBe('succeeded');
    expect(await tree()).toEqual(after);
    const moved = Object.keys(after).filter((uid) => company[uid as keyof typeof company] !== after[uid]);
    expect(counts['department']).toMatchObject({ updated: moved.length, unchanged: 6 - moved.length });
    const ids = Object.values(await departmentsOf(database.db, source)).map((one) => one.id);
    expect(ids).toEqual(Object.values(before).map((one) => one.id));
  });

  test('any order of arrival, in any number of pieces, gives the same tree', async () => {
    const records = departments(company);
    const orders = fc.shuffledSubarray(records, { minLength: records.length });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(orders, fc.integer({ min: 1, max: 6 }), async (order, pieces) => {
        await database.reset();
        run += 1;
        source = await engine.addSource(`hr-${run}`);
        for (let at = 0; at < order.length; at += pieces) {
          source.script.delta = [recordsMessage('department', order.slice(at, at + pieces))];
          await engine.sync(source, { mode: 'delta' });
        }
        expect(await tree()).toEqual(company);
        expect(await treeFaults(database.db)).toEqual([]);
        expect(await database.db.prisma.pendingReference.count()).toBe(0);
      }),
      { numRuns: 8 },
    );
  });

  test('an unknown parent: root for now, attached by itself when it arrives in a later task', async () => {
    await push({ north: 'sales' });
    expect(await tree()).toEqual({ north: null });
    await push({ other: null });
    expect(await tree()).toEqual({ north: null, other: null });
    const { counts } = await push({ sales: null });
    expect(counts['department']).toMatchObject({ created: 1, updated: 1 });
    expect(await tree()).toEqual({ north: 'sales', other: null, sales: null });
    expect(await database.db.prisma.pendingReference.count()).toBe(0);
  });

  test('a reference that waits is forgotten when the record names another parent', async () => {
    await push({ north: 'sales' });
    await push({ north: null });
    await push({ sales: null });
    expect(await tree()).toEqual({ north: null, sales: null });
  });
});

describe('R20: only the records of a cycle are skipped', () => {
  test('a department that is its own parent is a root, as HR exports write the top of a tree', async () => {
    const { end, taskId } = await read({ top: null, self: 'self', child: 'self' });
    expect(end).toBe('succeeded');
    expect(await skippedOf(database.db, taskId)).toEqual([]);
    expect(await tree()).toEqual({ top: null, self: null, child: 'self' });
    expect((await read({ top: null, self: 'self', child: 'self' })).counts['department']).toMatchObject({
      unchanged: 3,
    });
    await read({ top: null, self: 'top', child: 'self' });
    await read({ top: null, self: 'self', child: 'self' });
    expect(await tree()).toEqual({ top: null, self: null, child: 'self' });
  });

  test('three that go round, with what hangs on them and a bystander', async () => {
    const { taskId } = await read({ a: 'c', b: 'a', c: 'b', under: 'a', below: 'under', top: null, by: 'top' });
    expect(await skippedOf(database.db, taskId)).toEqual(['a', 'b', 'c'].map((uid) => `department/${uid}: cycle`));
    expect(await tree()).toEqual({ under: null, below: 'under', top: null, by: 'top' });
    const [{ message } = { message: '' }] = await database.db.prisma.change.findMany({ where: { externalId: 'a' } });
    expect(message).toMatch(/a → c → b → a/);
  });

  test('corrected at the source, they come in and everything finds its place', async () => {
    await read({ a: 'c', b: 'a', c: 'b', under: 'a', top: null });
    const { end } = await read({ a: null, b: 'a', c: 'b', under: 'a', top: null });
    expect(end).toBe('succeeded');
    expect(await tree()).toEqual({ a: null, b: 'a', c: 'b', under: 'a', top: null });
  });

  test('a move below its own child leaves it where it is', async () => {
    await read(company);
    const { taskId } = await read({ ...company, top: 'north', tech: null });
    const skipped = await skippedOf(database.db, taskId);
    expect(skipped).toContain('department/top: cycle');
    expect(await tree()).toEqual({ ...company, tech: null });
  });

  test('members of a skipped department wait for it', async () => {
    await read({ a: 'b', b: 'a', top: null }, { u1: ['a', 'top'] });
    expect((await usersOf(database.db, source))['u1']?.departments).toEqual(['top']);
    await read({ a: 'top', b: 'a', top: null }, { u1: ['a', 'top'] });
    expect((await usersOf(database.db, source))['u1']?.departments).toEqual(['a', 'top']);
  });
});

describe('R21: removing a department takes neither its subtree nor its people', () => {
  test('a middle node: children that the source still lists under it become roots and wait', async () => {
    await read(company, { ann: ['sales', 'north'], bo: ['sales'] });
    const { sales: _gone, ...rest } = company;
    const { end, counts } = await read(rest, { ann: ['sales', 'north'], bo: ['sales'] });
    expect(end).toBe('succeeded');
    expect(counts['department']).toMatchObject({ removed: 1, updated: 2 });
    expect(await tree()).toEqual({ ...rest, north: null, south: null });
    const people = await usersOf(database.db, source);
    expect(people['ann']).toMatchObject({ active: true, departments: ['north'], main: 'north' });
    expect(people['bo']).toMatchObject({ active: true, departments: [], main: null });
  });

  test('its people who go in the same read go', async () => {
    await read(company, { ann: ['sales'], bo: ['sales', 'top'] });
    const { sales: _gone, ...rest } = company;
    const { counts } = await read(rest, { bo: ['sales', 'top'] });
    expect(counts).toMatchObject({ user: { removed: 1 }, department: { removed: 1 }, membership: { removed: 2 } });
    expect(await usersOf(database.db, source)).toMatchObject({
      ann: { active: false, linked: false, departments: [] },
      bo: { active: true, departments: ['top'] },
    });
  });

  test('children whose own records move them keep that place', async () => {
    await read(company);
    const { sales: _gone, ...rest } = company;
    await read({ ...rest, north: 'top', south: 'tech' });
    expect(await tree()).toEqual({ ...rest, north: 'top', south: 'tech' });
  });

  test('children that no source lists become roots', async () => {
    await read(company);
    const seen = await departmentsOf(database.db, source);
    const parentId = seen['sales']!.id;
    const byHand = await database.db.prisma.department.create({
      data: {
        id: '018f0000-0000-7000-8000-000000000001',
        title: 'By hand',
        parentId,
        path: [seen['top']!.id, parentId, '018f0000-0000-7000-8000-000000000001'],
      },
    });
    await push({}, ['sales']);
    const found = await database.db.prisma.department.findUniqueOrThrow({ where: { id: byHand.id } });
    expect(found).toMatchObject({ parentId: null, path: [byHand.id], removedAt: null });
  });

  test('it comes back with the same id, and so do its place, its children and its members', async () => {
    const places = { ann: [{ uid: 'sales', isMain: true }, 'north'], bo: ['sales'] };
    await read(company, places);
    const before = await departmentsOf(database.db, source);
    await push({}, ['sales']);
    expect(await tree()).toEqual({ top: null, north: null, south: null, tech: 'top', web: 'tech' });
    expect((await departmentsOf(database.db, source))['sales']).toMatchObject({ removed: true, linked: false });
    const { counts } = await push({ sales: 'top' });
    expect(counts['department']).toMatchObject({ restored: 1, updated: 2 });
    expect(await tree()).toEqual(company);
    expect((await departmentsOf(database.db, source))['sales']?.id).toBe(before['sales']?.id);
    const people = await usersOf(database.db, source);
    expect(people['ann']).toMatchObject({ departments: ['north', 'sales'], main: 'sales' });
    expect(people['bo']).toMatchObject({ departments: ['sales'], main: 'sales' });
    expect(await database.db.prisma.pendingReference.count()).toBe(0);
  });

  test('a branch that goes and comes back one by one has its shape again', async () => {
    await read(company);
    await push({}, ['sales', 'north', 'south']);
    expect(await tree()).toEqual({ top: null, tech: 'top', web: 'tech' });
    await push({ north: 'sales' });
    expect(await tree()).toEqual({ top: null, tech: 'top', web: 'tech', north: null });
    await push({ sales: 'top', south: 'sales' });
    expect(await tree()).toEqual(company);
  });

  test('unknown and removed ids are unchanged and never create', async () => {
    await read(company);
    await push({}, ['sales']);
    const { counts, end } = await push({}, ['sales', 'never']);
    expect(end).toBe('succeeded');
    expect(counts['department']).toMatchObject({ seen: 2, unchanged: 2, removed: 0, created: 0 });
  });
});

describe('R14, R21: the removal policies', () => {
  test('delete: the row goes, its children become roots, and it comes back with the same id', async () => {
    source = await engine.addSource('strict', { removal: 'delete' });
    await read(company, { ann: ['sales'] });
    const before = await departmentsOf(database.db, source);
    await push({}, ['sales']);
    expect(await database.db.prisma.department.count()).toBe(5);
    expect(await tree()).toEqual({ top: null, north: null, south: null, tech: 'top', web: 'tech' });
    await push({ sales: 'top' });
    expect(await tree()).toEqual(company);
    expect((await departmentsOf(database.db, source))['sales']?.id).toBe(before['sales']?.id);
    expect((await usersOf(database.db, source))['ann']?.departments).toEqual(['sales']);
  });

  test('keep: the link ends and nothing else changes', async () => {
    source = await engine.addSource('soft', { removal: 'keep' });
    await read(company, { ann: ['sales'] });
    await push({}, ['sales']);
    const seen = await departmentsOf(database.db, source);
    expect(seen['sales']).toMatchObject({ linked: false, removed: false, parent: 'top' });
    expect(await tree()).toEqual(company);
    expect((await usersOf(database.db, source))['ann']?.departments).toEqual(['sales']);
    await push({ north: 'sales' });
    expect(await tree()).toEqual(company);
  });
});

test('R3: a record that does not name its parent stays where it is; null makes it a root', async () => {
  await read(company);
  source.script.delta = [recordsMessage('department', [{ uid: 'north', title: 'North' }])];
  await engine.sync(source, { mode: 'delta' });
  expect(await tree()).toEqual(company);
  source.script.delta = [recordsMessage('department', [{ uid: 'north', parentUid: null }])];
  await engine.sync(source, { mode: 'delta' });
  expect(await departmentsOf(database.db, source)).toMatchObject({ north: { parent: null, title: 'North' } });
});

test('a new department without a title is skipped, a known one keeps its title', async () => {
  source.script.full = fullRead({ department: [{ uid: 'a' }, { uid: 'b', title: 'B' }], user: [] });
  const { taskId } = await engine.sync(source);
  expect(await skippedOf(database.db, taskId)).toEqual(['department/a: missing_field']);
  source.script.delta = [recordsMessage('department', [{ uid: 'b', title: null, order: 3 }])];
  const { counts } = await engine.sync(source, { mode: 'delta' });
  expect(counts['department']).toMatchObject({ updated: 1 });
  expect((await departmentsOf(database.db, source))['b']).toMatchObject({ title: 'B' });
});
