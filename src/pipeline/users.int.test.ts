import { createEngine, type Engine, fullRead, type SourceSettings, type TestSource } from '../testing/worlds/engine.js';
import { problemsOf, skippedOf, usersOf } from '../testing/look.js';
import { recordsMessage } from '../testing/fakes/scripted-adapter.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
});
beforeEach(() => database.reset());
afterAll(() => database.drop());

type Records = readonly Readonly<Record<string, unknown>>[];

const addSource = (name: string, settings?: SourceSettings) => engine.addSource(name, settings);
const seen = (source: TestSource) => usersOf(database.db, source);
const prisma = () => database.db.prisma;

/** A full read of these users, approved if the guard holds it. */
async function read(source: TestSource, user: Records) {
  source.script.full = fullRead({ user });
  const first = await engine.sync(source);
  const { planHash: approve } = (first.task.held ?? {}) as { planHash?: string };
  return approve === undefined ? first : engine.sync(source, { taskId: first.taskId, approve });
}

async function push(source: TestSource, user: Records, gone: readonly string[] = []) {
  source.script.delta = [recordsMessage('user', user), { type: 'tombstones', kind: 'user', externalIds: gone }];
  return engine.sync(source, { mode: 'delta' });
}

async function handMade(id: number, data: object) {
  const name = `018f0000-0000-7000-8000-${String(id).padStart(12, '0')}`;
  return prisma().user.create({ data: { id: name, ...data } });
}

describe('R10: match', () => {
  const ann = { email: 'Ann@Example.com', emailKey: 'ann@example.com' };

  test('without match keys no user is adopted: the value is taken and left out', async () => {
    const hr = await addSource('hr');
    const holder = await handMade(1, ann);
    const { taskId, end } = await read(hr, [{ uid: 'u1', email: 'ann@example.com', title: 'new' }]);
    expect(end).toBe('partial');
    expect(await problemsOf(database.db, taskId)).toEqual(['user/u1 create: email value_taken']);
    const change = await prisma().change.findFirstOrThrow({ where: { taskId } });
    expect(JSON.stringify(change.problems)).toContain(holder.id);
    expect(await seen(hr)).toMatchObject({ u1: { email: null, title: 'new', active: true } });
    expect(await prisma().user.findUnique({ where: { id: holder.id } })).toEqual(holder);
  });

  test('exactly one user with the key is linked and updated', async () => {
    const hr = await addSource('hr', { matchKeys: ['email'] });
    const { id } = await handMade(1, { ...ann, title: 'old' });
    const { counts } = await read(hr, [{ uid: 'u1', email: 'ann@EXAMPLE.com', title: 'new' }]);
    expect(counts['user']).toMatchObject({ linked: 1, created: 0 });
    expect(await seen(hr)).toMatchObject({ u1: { id, title: 'new', email: 'ann@EXAMPLE.com' } });
  });

  test('a user who is not in force is linked and in force again', async () => {
    const hr = await addSource('hr', { matchKeys: ['email'] });
    const { id } = await handMade(1, { ...ann, active: false, deactivatedAt: new Date() });
    await read(hr, [{ uid: 'u1', email: 'ann@example.com' }]);
    expect(await prisma().user.findUnique({ where: { id } })).toMatchObject({ active: true, deactivatedAt: null });
  });

  test('keys count in their order, and only with a value', async () => {
    const hr = await addSource('hr', { matchKeys: ['username', 'email'] });
    await handMade(1, ann);
    const byName = await handMade(2, { username: 'ann', usernameKey: 'ann' });
    await handMade(3, { username: 'x', usernameKey: 'x' });
    await read(hr, [
      { uid: 'u1', username: 'ANN' },
      { uid: 'u2', username: '', email: null },
    ]);
    expect((await seen(hr))['u1']?.id).toBe(byName.id);
    expect(await prisma().user.count()).toBe(4);
  });

  test('a record falls through to the next key where the first finds no user', async () => {
    const hr = await addSource('hr', { matchKeys: ['username', 'email'] });
    const { id } = await handMade(1, ann);
    await read(hr, [{ uid: 'u1', username: 'unknown', email: 'ann@example.com' }]);
    expect((await seen(hr))['u1']?.id).toBe(id);
  });

  test('one that this source links already is taken', async () => {
    const hr = await addSource('hr', { matchKeys: ['email'] });
    await read(hr, [{ uid: 'u1', email: 'ann@example.com' }]);
    const { taskId } = await read(hr, [
      { uid: 'u1', email: 'ann@example.com' },
      { uid: 'u2', email: 'ann@example.com' },
    ]);
    expect(await skippedOf(database.db, taskId)).toEqual(['user/u2: match_taken']);
  });

  test('of two records of one read that match the same user by one key, none has it', async () => {
    const hr = await addSource('hr', { matchKeys: ['email'] });
    await handMade(1, ann);
    const { taskId } = await read(hr, [
      { uid: 'u2', email: 'ann@example.com' },
      { uid: 'u1', email: 'ann@example.com' },
    ]);
    expect(await skippedOf(database.db, taskId)).toEqual(['user/u1: match_ambiguous', 'user/u2: match_ambiguous']);
    expect(await seen(hr)).toEqual({});
  });

  test('R5: a value that only looks like another one is a conflict, both ways', async () => {
    const hr = await addSource('hr', { matchKeys: ['username'] });
    await handMade(1, { username: 'admin', usernameKey: 'admin' });
    const { taskId } = await read(hr, [
      { uid: 'u1', username: 'аdmin' },
      { uid: 'u2', username: 'pаypal' },
    ]);
    expect(await skippedOf(database.db, taskId)).toEqual(['user/u1: match_ambiguous']);
    const crm = await addSource('crm', { matchKeys: ['username'] });
    const second = await read(crm, [{ uid: 'c1', username: 'paypal' }]);
    expect(await skippedOf(database.db, second.taskId)).toEqual(['user/c1: match_ambiguous']);
  });

  test('a push may name a key of its own', async () => {
    const hr = await addSource('hr');
    const { id } = await handMade(1, ann);
    const records = [{ externalId: 'u1', data: { email: 'ann@example.com' }, matchKeys: ['email'] }];
    hr.script.delta = [{ type: 'records', kind: 'user', records }];
    await engine.sync(hr, { mode: 'delta' });
    expect((await seen(hr))['u1']?.id).toBe(id);
  });

  test('a plan that is made again does not adopt a user whom the key no longer finds', async () => {
    const hr = await addSource('hr', { matchKeys: ['email'], guard: {} });
    await read(
      hr,
      Array.from({ length: 8 }, (_, at) => ({ uid: `o${at}` })),
    );
    const { id } = await handMade(1, { ...ann, title: 'by hand' });
    hr.script.full = fullRead({ user: [{ uid: 'u1', email: 'ann@example.com', title: 'new' }] });
    const held = await engine.sync(hr);
    expect(held.end).toBe('held');
    await prisma().user.update({ where: { id }, data: { email: 'b@x', emailKey: 'b@x' } });
    const again = await engine.sync(hr, { taskId: held.taskId });
    const approve = (again.task.held as { planHash: string }).planHash;
    await engine.sync(hr, { taskId: held.taskId, approve });
    expect((await seen(hr))['u1']).toMatchObject({ email: 'ann@example.com', title: 'new' });
    expect((await seen(hr))['u1']?.id).not.toBe(id);
    expect(await prisma().user.findUnique({ where: { id } })).toMatchObject({ title: 'by hand' });
  });
});

describe('R11: protected users', () => {
  test('are not adopted by a match', async () => {
    const hr = await addSource('hr', { matchKeys: ['username'] });
    const { id } = await handMade(1, { username: 'root', usernameKey: 'root', protected: true });
    const { taskId } = await read(hr, [{ uid: 'u1', username: 'root', title: 'mine' }]);
    expect(await skippedOf(database.db, taskId)).toEqual(['user/u1: protected']);
    expect(await prisma().user.findUnique({ where: { id } })).toMatchObject({ title: null });
  });

  test.each(['deactivate', 'delete'] as const)('are not touched by %s', async (removal) => {
    const hr = await addSource('hr', { removal });
    await read(hr, [{ uid: 'u1' }, { uid: 'u2' }]);
    const { id } = (await seen(hr))['u1']!;
    await prisma().user.update({ where: { id }, data: { protected: true } });
    const { taskId, counts } = await read(hr, [{ uid: 'u2' }]);
    expect(await skippedOf(database.db, taskId)).toEqual(['user/u1: protected']);
    expect(counts['user']).toMatchObject({ skipped: 1, removed: 0 });
    expect(await prisma().user.findUnique({ where: { id } })).toMatchObject({ active: true });
  });

  test('a protected manager who leaves the source stays the manager', async () => {
    const hr = await addSource('hr');
    await read(hr, [{ uid: 'boss' }, { uid: 'u1', managerUid: 'boss' }]);
    await prisma().user.update({ where: { id: (await seen(hr))['boss']!.id }, data: { protected: true } });
    await read(hr, [{ uid: 'u1', managerUid: 'boss', title: 'new' }]);
    expect((await seen(hr))['u1']).toMatchObject({ title: 'new', manager: 'boss' });
  });
});

describe('R12: unique values', () => {
  const named = (names: Readonly<Record<string, string | null>>) =>
    Object.entries(names).map(([uid, username]) => ({ uid, username, email: username && `${username}@x.com` }));
  const names = async (source: TestSource) =>
    Object.fromEntries(Object.entries(await seen(source)).map(([uid, user]) => [uid, user.username]));

  test.each([
    ['two swap', { a: 'bo', b: 'ann', c: 'cid' }],
    ['a chain of three', { a: 'bo', b: 'cid', c: 'dan' }],
    ['a ring of three', { a: 'bo', b: 'cid', c: 'ann' }],
    ['one is freed and taken', { a: null, b: 'ann', c: 'cid' }],
    ['a new user takes what another gives up', { a: 'zoe', b: 'bo', c: 'cid', d: 'ann' }],
    ['only the spelling changes', { a: 'ANN', b: 'Bo', c: 'cid' }],
  ])('%s', async (_name, after) => {
    const hr = await addSource('hr');
    await read(hr, named({ a: 'ann', b: 'bo', c: 'cid' }));
    const { taskId, end } = await read(hr, named(after));
    expect(await skippedOf(database.db, taskId)).toEqual([]);
    expect(end).toBe('succeeded');
    expect(await names(hr)).toEqual(after);
  });

  test('a value of a user whom the task deletes is free', async () => {
    const hr = await addSource('hr', { removal: 'delete' });
    await read(hr, named({ a: 'ann', b: 'bo' }));
    await read(hr, named({ b: 'bo', c: 'ann' }));
    expect(await names(hr)).toEqual({ b: 'bo', c: 'ann' });
  });

  test('a value of a user whom the task deactivates is free, and given back with the return', async () => {
    const hr = await addSource('hr');
    await read(hr, named({ a: 'ann', b: 'bo' }));
    expect((await read(hr, named({ b: 'bo', c: 'ann' }))).end).toBe('succeeded');
    expect(await names(hr)).toEqual({ a: 'ann', b: 'bo', c: 'ann' });
    await read(hr, named({ a: 'ann', b: 'bo' }));
    expect(await seen(hr)).toMatchObject({ a: { active: true, username: 'ann' }, c: { active: false } });
  });

  test('a taken value stops the whole chain that waits for it, and no one else', async () => {
    const hr = await addSource('hr');
    const holder = await handMade(1, { username: 'max', usernameKey: 'max' });
    await read(hr, named({ a: 'ann', b: 'bo', c: 'cid' }));
    const { taskId } = await read(hr, named({ a: 'bo', b: 'max', c: 'dan' }));
    expect(await problemsOf(database.db, taskId)).toEqual([
      'user/a update: username value_taken',
      'user/b update: username value_taken',
    ]);
    expect(await names(hr)).toEqual({ a: 'ann', b: 'bo', c: 'dan' });
    const change = await prisma().change.findFirstOrThrow({ where: { taskId, externalId: 'b' } });
    expect(JSON.stringify(change.problems)).toContain(holder.id);
    await prisma().user.delete({ where: { id: holder.id } });
    await read(hr, named({ a: 'bo', b: 'max', c: 'dan' }));
    expect(await names(hr)).toEqual({ a: 'bo', b: 'max', c: 'dan' });
  });

  test('of two records that claim one value, one gets it', async () => {
    const hr = await addSource('hr');
    const { taskId, counts } = await read(hr, named({ a: 'ann', b: 'ANN' }));
    expect(await problemsOf(database.db, taskId)).toEqual([
      'user/b create: email value_taken',
      'user/b create: username value_taken',
    ]);
    expect(counts['user']).toMatchObject({ created: 2, skipped: 0, fieldProblems: 2 });
  });
});

test('references: a manager who comes later is attached, one who goes is let go and comes back', async () => {
  const hr = await addSource('hr');
  await push(hr, [{ uid: 'u1', managerUid: 'boss' }, { uid: 'u0' }]);
  expect((await seen(hr))['u1']?.manager).toBeNull();
  await push(hr, [{ uid: 'boss', managerUid: 'u0' }]);
  expect(await seen(hr)).toMatchObject({ u1: { manager: 'boss' }, boss: { manager: 'u0' } });
  await push(hr, [], ['boss']);
  expect((await seen(hr))['u1']?.manager).toBeNull();
  await push(hr, [{ uid: 'boss' }]);
  expect((await seen(hr))['u1']?.manager).toBe('boss');
  expect(await prisma().pendingReference.count()).toBe(0);
});
