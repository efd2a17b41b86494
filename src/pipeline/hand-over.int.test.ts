import { createEngine, type Engine, fullRead, type SourceSettings, type TestSource } from '../testing/worlds/engine.js';
import { problemsOf as lookForProblems, skippedOf, usersOf } from '../testing/look.js';
import { recordsMessage } from '../testing/fakes/scripted-adapter.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

/** R12: a value belongs to the user in force; a user who had it before and is not in force does not block others. */
let database: TestDatabase;
let engine: Engine;
let hr: TestSource;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
});
beforeEach(async () => {
  await database.reset();
  hr = await engine.addSource('hr');
});
afterAll(() => database.drop());

type Records = readonly Readonly<Record<string, unknown>>[];
const prisma = () => database.db.prisma;
const addSource = (name: string, settings?: SourceSettings) => engine.addSource(name, settings);

const planHash = ({ task }: { task: { held: unknown } }) => (task.held as { planHash?: string } | null)?.planHash;

function read(source: TestSource, user: Records) {
  source.script.full = fullRead({ user });
  return engine.sync(source);
}

/** A full read, approved if the guard holds it. */
async function readAllowed(source: TestSource, user: Records) {
  const first = await read(source, user);
  const approve = planHash(first);
  return approve === undefined ? first : engine.sync(source, { taskId: first.taskId, approve });
}

function push(source: TestSource, user: Records, gone: readonly string[] = []) {
  source.script.delta = [recordsMessage('user', user), { type: 'tombstones', kind: 'user', externalIds: gone }];
  return engine.sync(source, { mode: 'delta' });
}

const ann = (uid: string, more: object = {}) => ({ uid, username: 'ann', email: 'ann@example.com', ...more });

/** `username active` of each user of a source, by external id. */
async function state(source = hr) {
  const users = Object.entries(await usersOf(database.db, source));
  return Object.fromEntries(users.map(([uid, { username, active }]) => [uid, `${username} ${active ? 'in' : 'out'}`]));
}

const problemsOf = (taskId: string) => lookForProblems(database.db, taskId);

async function nothingLeftOut({ taskId, end }: { taskId: string; end: string }) {
  expect(await skippedOf(database.db, taskId)).toEqual([]);
  expect(await problemsOf(taskId)).toEqual([]);
  expect(end).toBe('succeeded');
}

describe('a value goes to the user in force', () => {
  test('an account that is deleted and made again, in one full read', async () => {
    await read(hr, [ann('old'), { uid: 'x' }]);
    await nothingLeftOut(await read(hr, [ann('new'), { uid: 'x' }]));
    expect(await state()).toMatchObject({ old: 'ann out', new: 'ann in' });
  });

  test('… in one delta, whatever comes first', async () => {
    for (const [gone, made] of [
      ['a', 'b'],
      ['z', 'c'],
    ] as const) {
      await push(hr, [ann(gone)]);
      await nothingLeftOut(await push(hr, [ann(made)], [gone]));
      expect(await state()).toMatchObject({ [gone]: 'ann out', [made]: 'ann in' });
      await push(hr, [], [made]);
    }
  });

  test('… in a later task, several times', async () => {
    for (const uid of ['1', '2', '3', '4']) {
      await nothingLeftOut(await push(hr, [ann(uid)]));
      await push(hr, [], [uid]);
    }
    await nothingLeftOut(await push(hr, [ann('5')]));
    expect(await state()).toEqual({ 1: 'ann out', 2: 'ann out', 3: 'ann out', 4: 'ann out', 5: 'ann in' });
  });

  test.each(['deactivate', 'delete'] as const)("a leaver's address for the successor, policy %s", async (removal) => {
    const crm = await addSource('crm', { removal });
    await read(crm, [ann('a'), { uid: 'b', username: 'bo' }]);
    await nothingLeftOut(await read(crm, [{ uid: 'b', username: 'bo', email: 'ann@example.com' }]));
    expect(await usersOf(database.db, crm)).toMatchObject({ b: { email: 'ann@example.com', active: true } });
  });

  test('whose own record says that it is not in force', async () => {
    await read(hr, [ann('a')]);
    await nothingLeftOut(await read(hr, [ann('a', { active: false }), ann('b')]));
    expect(await state()).toEqual({ a: 'ann out', b: 'ann in' });
    await nothingLeftOut(await read(hr, [ann('a', { active: false, title: 'was Ann' }), ann('b')]));
  });

  test('a new record out of force claims nothing', async () => {
    await read(hr, [ann('a')]);
    await nothingLeftOut(await read(hr, [ann('a'), ann('b', { active: false })]));
    expect(await state()).toEqual({ a: 'ann in', b: 'ann out' });
  });

  test('of a user of another source, before and after', async () => {
    const crm = await addSource('crm');
    await read(crm, [ann('c')]);
    await read(crm, [{ uid: 'other' }]);
    await nothingLeftOut(await read(hr, [ann('h')]));
    expect(await state(crm)).toMatchObject({ c: 'ann out' });
    expect(await state(hr)).toEqual({ h: 'ann in' });
  });

  test('a→b→c while a goes, and a swap beside it, in one task', async () => {
    await read(
      hr,
      ['a', 'b', 'c', 'x', 'y'].map((uid) => ({ uid, username: uid })),
    );
    const after = { b: 'a', c: 'b', x: 'y', y: 'x', new: 'c' };
    const users = Object.entries(after).map(([uid, username]) => ({ uid, username }));
    await nothingLeftOut(await readAllowed(hr, users));
    expect(await state()).toEqual({ a: 'a out', b: 'a in', c: 'b in', x: 'y in', y: 'x in', new: 'c in' });
  });

  test('R15: of a user whom an admin locked: an existing user gets it, a new one with it comes locked too', async () => {
    await read(hr, [ann('a'), { uid: 'x' }]);
    await prisma().user.updateMany({ where: { username: 'ann' }, data: { active: false, lockedAt: new Date() } });
    await nothingLeftOut(await push(hr, [ann('b')]));
    expect(await state()).toMatchObject({ a: 'ann out', b: 'ann out' });
    await nothingLeftOut(await push(hr, [ann('x')]));
    expect(await state()).toMatchObject({ a: 'ann out', b: 'ann out', x: 'ann in' });
  });

  test('R11: not of a protected user, in force or not', async () => {
    await read(hr, [ann('a'), { uid: 'x' }]);
    const deactivated = { protected: true, active: false, lockedAt: new Date() };
    await prisma().user.updateMany({ where: { username: 'ann' }, data: deactivated });
    const { taskId, end } = await push(hr, [ann('b')]);
    expect(end).toBe('partial');
    expect(await problemsOf(taskId)).toEqual([
      'user/b create: email value_taken',
      'user/b create: username value_taken',
    ]);
    expect(await state()).toMatchObject({ a: 'ann out', b: 'null in' });
  });

  test('R11: a removal that a protected user stands against hands nothing on', async () => {
    await read(hr, [ann('a'), { uid: 'x' }]);
    await prisma().user.updateMany({ where: { username: 'ann' }, data: { protected: true } });
    const { taskId } = await read(hr, [ann('b'), { uid: 'x' }]);
    expect(await skippedOf(database.db, taskId)).toEqual(['user/a: protected']);
    expect(await state()).toMatchObject({ a: 'ann in', b: 'null in' });
  });

  test('R14: policy keep leaves the user in force, with its values', async () => {
    const crm = await addSource('crm', { removal: 'keep' });
    await read(crm, [ann('a')]);
    const { taskId } = await read(crm, [ann('b')]);
    expect(await problemsOf(taskId)).toEqual([
      'user/b create: email value_taken',
      'user/b create: username value_taken',
    ]);
    expect(await state(crm)).toEqual({ a: 'ann in', b: 'null in' });
  });
});

describe('who comes back', () => {
  test('gets what is free, and the rest is named', async () => {
    await read(hr, [ann('a')]);
    await read(hr, [{ uid: 'b', username: 'ann' }]);
    const { taskId, end } = await read(hr, [ann('a'), { uid: 'b', username: 'ann' }]);
    expect(end).toBe('partial');
    expect(await problemsOf(taskId)).toEqual(['user/a restore: username value_taken']);
    expect(await usersOf(database.db, hr)).toMatchObject({
      a: { username: null, email: 'ann@example.com', active: true },
      b: { username: 'ann', active: true },
    });
    const line = await prisma().change.findFirstOrThrow({ where: { taskId, externalId: 'a' } });
    expect(line).toMatchObject({ action: 'restore', before: { username: 'ann' }, after: { username: null } });
  });

  test('gets everything when the other one goes in the same task', async () => {
    await read(hr, [ann('a')]);
    await read(hr, [ann('b')]);
    await nothingLeftOut(await read(hr, [ann('a')]));
    expect(await state()).toEqual({ a: 'ann in', b: 'ann out' });
  });

  test('goes before a new one who claims the same', async () => {
    await push(hr, [ann('z')]);
    await push(hr, [], ['z']);
    const { taskId } = await push(hr, [ann('a'), ann('z')]);
    expect(await problemsOf(taskId)).toEqual([
      'user/a create: email value_taken',
      'user/a create: username value_taken',
    ]);
    expect(await state()).toEqual({ a: 'null in', z: 'ann in' });
  });

  test('by an undo: the removal taken back, the value is the successor’s', async () => {
    await push(hr, [ann('a')]);
    const { taskId: removal } = await push(hr, [], ['a']);
    await push(hr, [ann('b')]);
    const { taskId, end } = await engine.sync(hr, { undoes: removal });
    expect(end).toBe('partial');
    expect(await problemsOf(taskId)).toEqual([
      'user/a restore: email value_taken',
      'user/a restore: username value_taken',
    ]);
    expect(await state()).toEqual({ a: 'null in', b: 'ann in' });
    await engine.sync(hr, { undoes: taskId });
    expect(await state()).toEqual({ a: 'ann out', b: 'ann in' });
  });

  test('by an undo of the task that handed the value on: all is as before', async () => {
    await push(hr, [ann('a')]);
    const { taskId } = await push(hr, [ann('b')], ['a']);
    await nothingLeftOut(await engine.sync(hr, { undoes: taskId }));
    expect(await state()).toEqual({ a: 'ann in', b: 'ann out' });
  });
});

describe('a removal that does not happen hands nothing on', () => {
  const guard = { maxRecords: 0 };
  const crowd = Array.from({ length: 12 }, (_, at) => ({ uid: `c${at}` }));

  test('R31: a held plan moves no value, and moves it once it is approved', async () => {
    const strict = await addSource('strict', { guard });
    await read(strict, [ann('a'), ...crowd]);
    const held = await read(strict, [ann('b')]);
    const { taskId } = held;
    expect(held.end).toBe('held');
    expect(await state(strict)).toMatchObject({ a: 'ann in' });
    const approve = planHash(held)!;
    await nothingLeftOut(await engine.sync(strict, { taskId, approve }));
    expect(await state(strict)).toMatchObject({ a: 'ann out', b: 'ann in' });
  });

  test('R31: with applySafeChanges the new one comes without it, and gets it when a person approves', async () => {
    const strict = await addSource('strict', { guard: { ...guard, applySafeChanges: true } });
    await read(strict, [ann('a'), ...crowd]);
    const held = await read(strict, [ann('b')]);
    const { taskId } = held;
    expect(held.end).toBe('held');
    expect(await state(strict)).toMatchObject({ a: 'ann in', b: 'null in' });
    const approve = planHash(held)!;
    await engine.sync(strict, { taskId, approve });
    expect(await state(strict)).toMatchObject({ a: 'ann out', b: 'ann in' });
  });

  test('R30: a read that stops early', async () => {
    await read(hr, [ann('a')]);
    hr.script.full = [recordsMessage('user', [ann('b')])];
    const { taskId } = await engine.sync(hr);
    expect(await problemsOf(taskId)).toEqual([
      'user/b create: email value_taken',
      'user/b create: username value_taken',
    ]);
    expect(await state()).toEqual({ a: 'ann in', b: 'null in' });
    await nothingLeftOut(await read(hr, [ann('b')]));
    expect(await state()).toEqual({ a: 'ann out', b: 'ann in' });
  });
});
