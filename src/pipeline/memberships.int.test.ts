import { createEngine, type Engine, fullRead, type TestSource } from '../testing/worlds/engine.js';
import { departmentsOf, usersOf } from '../testing/look.js';
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
  source = await engine.addSource('hr', { priority: 2, matchKeys: ['username'] });
});
afterAll(() => database.drop());

const prisma = () => database.db.prisma;
const department = ['a', 'b', 'c'].map((uid) => ({ uid, title: uid.toUpperCase() }));
const ann = (departments?: unknown) => ({
  uid: 'ann',
  username: 'ann',
  ...(departments === undefined ? {} : { departments }),
});

async function read(departments?: unknown, from = source) {
  from.script.full = fullRead({ department, user: [ann(departments)] });
  return engine.sync(from);
}
async function push(kind: string, records: readonly Readonly<Record<string, unknown>>[], gone: readonly string[] = []) {
  source.script.delta = [recordsMessage(kind, records), { type: 'tombstones', kind, externalIds: gone }];
  return engine.sync(source, { mode: 'delta' });
}
const theUser = async () => (await usersOf(database.db, source))['ann']!;
const idOf = async (uid: string) => (await departmentsOf(database.db, source))[uid]!.id;

/** A source that links the same user and has its own departments with the same ids. */
async function addCrm(priority: number) {
  return engine.addSource(`crm${priority}`, { priority, matchKeys: ['username'] });
}

describe('R3: what a record says of departments', () => {
  test('absent changes nothing, [] and null clear, a list replaces', async () => {
    await read(['a', 'b']);
    await push('user', [ann()]);
    expect((await theUser()).departments).toEqual(['a', 'b']);
    const { counts } = await push('user', [ann(['b', 'c'])]);
    expect(counts['membership']).toMatchObject({ created: 1, removed: 1, updated: 0 });
    expect((await theUser()).departments).toEqual(['b', 'c']);
    await push('user', [ann([])]);
    expect(await theUser()).toMatchObject({ departments: [], main: null });
    await push('user', [ann(['a'])]);
    await push('user', [ann(null)]);
    expect(await theUser()).toMatchObject({ departments: [], main: null, active: true });
  });
});

describe('R22: memberships belong to the source that made them', () => {
  test('owner flag and order are changed in place', async () => {
    await read([{ uid: 'a', isOwner: true, order: 2 }]);
    const before = await prisma().membership.findFirstOrThrow();
    expect(before).toMatchObject({ isOwner: true, order: 2 });
    const { counts } = await read([{ uid: 'a', isOwner: false, order: 1.5 }]);
    expect(counts['membership']).toMatchObject({ updated: 1, created: 0, removed: 0 });
    expect(await prisma().membership.findFirst()).toMatchObject({ id: before.id, isOwner: false, order: 1.5 });
  });

  test('one made by hand survives everything that the source says', async () => {
    await read(['a']);
    const { id: userId } = await theUser();
    const byHand = { userId, departmentId: await idOf('b'), isOwner: true };
    await prisma().membership.create({ data: { id: '018f0000-0000-7000-8000-000000000001', ...byHand } });
    const hand = () => prisma().membership.findMany({ where: { sourceId: null } });
    await read(['b']);
    await read([]);
    expect(await hand()).toMatchObject([byHand]);
    await push('user', [], ['ann']);
    expect(await hand()).toMatchObject([byHand]);
    expect(await prisma().membership.count()).toBe(1);
  });

  test("another source's survives, also when this one's user goes", async () => {
    const crm = await addCrm(1);
    await read(['a', 'b']);
    await read(['c'], crm);
    await read([]);
    await push('user', [], ['ann']);
    const left = await prisma().membership.findMany();
    expect(left).toMatchObject([{ sourceId: crm.id }]);
    expect(await theUser()).toMatchObject({ active: true });
  });

  test('twice is once', async () => {
    await read([{ uid: 'a', isMain: true }, 'b']);
    const before = await database.db.pool.query('SELECT xmin, * FROM memberships ORDER BY id');
    await push('user', [{ ...ann([{ uid: 'a', isMain: true }, 'b']), title: 'new' }]);
    const after = await database.db.pool.query('SELECT xmin, * FROM memberships ORDER BY id');
    expect(after.rows).toEqual(before.rows);
  });

  test('a user who goes loses them and gets them back', async () => {
    await read([
      { uid: 'a', isMain: true },
      { uid: 'b', isOwner: true },
    ]);
    await push('user', [], ['ann']);
    expect(await theUser()).toMatchObject({ active: false, departments: [], main: null });
    await push('user', [{ uid: 'ann' }]);
    expect(await theUser()).toMatchObject({ active: true, departments: ['a', 'b'], main: 'a' });
    expect(await prisma().membership.findMany({ where: { isOwner: true } })).toHaveLength(1);
  });
});

describe('R23: a department that is not there yet', () => {
  test('gets its members as soon as it arrives, without their being pushed again', async () => {
    await push('user', [ann([{ uid: 'x', isMain: true, isOwner: true }, 'y'])]);
    expect((await theUser()).departments).toEqual([]);
    const first = await push('department', [{ uid: 'x', title: 'X' }]);
    expect(first.counts['membership']).toMatchObject({ created: 1 });
    expect(await theUser()).toMatchObject({ departments: ['x'], main: 'x' });
    await push('department', [{ uid: 'y', title: 'Y' }]);
    expect(await theUser()).toMatchObject({ departments: ['x', 'y'], main: 'x' });
    expect(await prisma().membership.findFirst({ where: { isOwner: true } })).toMatchObject({ isMain: true });
    expect(await prisma().pendingReference.count()).toBe(0);
  });

  test('is forgotten when the user no longer names it, or goes', async () => {
    await push('user', [ann(['x']), { uid: 'bo', departments: ['x'] }]);
    await push('user', [ann([])], ['bo']);
    await push('department', [{ uid: 'x', title: 'X' }]);
    expect(await prisma().membership.count()).toBe(0);
    expect(await prisma().pendingReference.count()).toBe(0);
  });

  test('arrives in the same read as the user, in either order', async () => {
    source.script.full = [...fullRead({ user: [ann(['a'])] }), ...fullRead({ department })];
    await engine.sync(source);
    expect((await theUser()).departments).toEqual(['a']);
  });

  test('a restored user who waits gets it too', async () => {
    await push('user', [ann(['x'])]);
    await push('user', [], ['ann']);
    await push('department', [{ uid: 'x', title: 'X' }]);
    await push('user', [{ uid: 'ann' }]);
    expect((await theUser()).departments).toEqual(['x']);
  });
});

describe('R24: the main department', () => {
  test.each([
    ['the one said', ['a', { uid: 'b', isMain: true }], 'b'],
    ['several said: the last', [{ uid: 'a', isMain: true }, { uid: 'b', isMain: true }, 'c'], 'b'],
    ['none said: the first by order', ['a', { uid: 'b', order: 2 }, { uid: 'c', order: 1 }], 'c'],
    ['none said, no order: the first', ['b', 'a'], 'b'],
  ])('of a new user: %s', async (_name, departments, main) => {
    await read(departments);
    expect((await theUser()).main).toBe(main);
  });

  test('none said: the current one stays while it is a membership', async () => {
    await read([
      { uid: 'a', isMain: true },
      { uid: 'b', order: 1 },
    ]);
    await read(['a', { uid: 'b', order: 1 }]);
    expect((await theUser()).main).toBe('a');
    await read([
      { uid: 'b', order: 1 },
      { uid: 'c', order: 0 },
    ]);
    expect((await theUser()).main).toBe('c');
  });

  test('none said by a higher source: the current one of a lower source stays', async () => {
    const crm = await addCrm(1);
    await read(['c'], crm);
    const { mainDepartmentId } = await prisma().user.findFirstOrThrow();
    expect(mainDepartmentId).not.toBeNull();
    await read(['a']);
    expect(await prisma().user.findFirst()).toMatchObject({ mainDepartmentId });
  });

  test('said by several sources: the highest, in whatever order they run', async () => {
    const crm = await addCrm(9);
    await read([{ uid: 'a', isMain: true }]);
    await read([{ uid: 'c', isMain: true }], crm);
    const { id } = (await departmentsOf(database.db, crm))['c']!;
    expect(await prisma().user.findFirst()).toMatchObject({ mainDepartmentId: id });
    await read([{ uid: 'b', isMain: true }]);
    expect(await prisma().user.findFirst()).toMatchObject({ mainDepartmentId: id });
    await read(['c'], crm);
    expect((await theUser()).main).toBe('b');
  });

  test('when it is removed, the next one is', async () => {
    await read([{ uid: 'a', isMain: true }, 'b']);
    await push('department', [], ['a']);
    expect(await theUser()).toMatchObject({ main: 'b', departments: ['b'] });
  });
});
