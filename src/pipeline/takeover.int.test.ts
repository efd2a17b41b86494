import { createEngine, type Engine, fullRead, type SourceSettings, type TestSource } from '../testing/worlds/engine.js';
import { problemsOf, skippedOf } from '../testing/look.js';
import { recordsMessage } from '../testing/fakes/scripted-adapter.js';
import { LOOKALIKES } from '../testing/attacks/lookalikes.js';
import { OPERATORS } from '../testing/attacks/operator-objects.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

let database: TestDatabase;
let engine: Engine;
let hr: TestSource;

beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
});
beforeEach(async () => {
  await database.reset();
  hr = await engine.addSource('hr', { priority: 10 });
  await read(hr, [{ uid: 'root', username: 'root', email: 'root@example.com', nickname: 'Root', title: 'Admin' }]);
});
afterAll(() => database.drop());

const read = (source: TestSource, user: readonly Record<string, unknown>[]) => {
  source.script.full = fullRead({ user });
  return engine.sync(source);
};
const push = (source: TestSource, user: readonly Record<string, unknown>[]) => {
  source.script.delta = [recordsMessage('user', user)];
  return engine.sync(source, { mode: 'delta' });
};
const stranger = (settings: SourceSettings = {}) => engine.addSource('stranger', settings);
const users = () => database.db.prisma.user.findMany({ orderBy: { id: 'asc' } });
const links = async (name: string) => {
  const { id } = await database.db.prisma.source.findUniqueOrThrow({ where: { name } });
  return database.db.prisma.knownRecord.count({ where: { sourceId: id, removedAt: null } });
};

test("R10: without match keys a source that sends the admin's e-mail does not link the admin", async () => {
  const before = await users();
  const source = await stranger();
  const { taskId } = await push(source, [{ uid: 'x', email: 'root@example.com', nickname: 'Mallory' }]);
  expect(await problemsOf(database.db, taskId)).toEqual(['user/x create: email value_taken']);
  const [root, mallory, ...others] = await users();
  expect([root]).toEqual(before);
  expect(mallory).toMatchObject({ nickname: 'Mallory', email: null, emailKey: null });
  expect(others).toEqual([]);
});

test('R11: with a match key a protected admin is not adopted', async () => {
  await database.db.prisma.user.updateMany({ data: { protected: true } });
  const before = await users();
  const source = await stranger({ matchKeys: ['email'] });
  const { taskId } = await push(source, [{ uid: 'x', email: 'ROOT@EXAMPLE.COM', nickname: 'Mallory' }]);
  expect(await skippedOf(database.db, taskId)).toEqual(['user/x: protected']);
  expect(await users()).toEqual(before);
});

test('R5: with a match key a look-alike e-mail does not match', async () => {
  const before = await users();
  const source = await stranger({ matchKeys: ['email'] });
  // Cyrillic о in place of a Latin one.
  const { taskId } = await push(source, [{ uid: 'x', email: 'rооt@example.com', nickname: 'Mallory' }]);
  const skipped = await skippedOf(database.db, taskId);
  expect(skipped).toHaveLength(1);
  expect(await users()).toEqual(before);
});

test('R10, R13: a match gives a lesser source no say over what the higher one says', async () => {
  const source = await stranger({ matchKeys: ['email'], priority: 0 });
  await push(source, [{ uid: 'x', email: 'root@example.com', username: 'mallory', nickname: 'Mallory', title: 'X' }]);
  expect(await users()).toMatchObject([{ username: 'root', nickname: 'Root', title: 'Admin' }]);
  await push(source, [
    { uid: 'x', active: false },
    { uid: 'x', email: 'mallory@evil.example' },
  ]);
  expect(await users()).toMatchObject([{ email: 'root@example.com' }]);
});

test('R10: the e-mail of a person who left, given to another one, does not reactivate the leaver', async () => {
  await push(hr, [{ uid: 'ann-1', username: 'ann', email: 'ann@example.com', title: 'Head of Pay' }]);
  hr.script.delta = [{ type: 'tombstones', kind: 'user', externalIds: ['ann-1'] }];
  await engine.sync(hr, { mode: 'delta' });
  const leaver = await database.db.prisma.user.findFirstOrThrow({ where: { username: 'ann' } });
  expect(leaver.active).toBe(false);
  const { taskId } = await push(hr, [{ uid: 'ann-2', username: 'ann2', email: 'ann@example.com' }]);
  expect(await problemsOf(database.db, taskId)).toEqual([]);
  const heir = await database.db.prisma.user.findFirstOrThrow({ where: { username: 'ann2' } });
  expect(heir).toMatchObject({ email: 'ann@example.com', active: true, title: null });
  const after = await database.db.prisma.user.findUniqueOrThrow({ where: { id: leaver.id } });
  expect(after).toMatchObject({ active: false, username: 'ann', title: 'Head of Pay' });
});

test('R1: an external id that equals a row id of ours, or an id of another source, is a new user', async () => {
  const [root] = await users();
  const source = await stranger();
  await push(source, [
    { uid: root!.id, username: 'mallory' },
    { uid: 'root', username: 'trudy' },
  ]);
  const all = await users();
  expect(all.map(({ username }) => username).sort()).toEqual(['mallory', 'root', 'trudy']);
  expect(all.find(({ id }) => id === root!.id)).toEqual(root);
});

test('R2: a record names neither its row, nor its rights, nor its password', async () => {
  const source = await stranger();
  const [root] = await users();
  await push(source, [
    {
      uid: 'x',
      username: 'x',
      id: root!.id,
      roles: ['admin'],
      role: 'admin',
      password: 'p',
      protected: true,
      locked: true,
    },
  ]);
  const made = await database.db.prisma.user.findFirstOrThrow({ where: { username: 'x' } });
  expect(made).toMatchObject({ protected: false, lockedAt: null });
  expect(made.id).not.toBe(root!.id);
  expect(JSON.stringify(made.attributes)).not.toMatch(/"(id|roles|password)"/);
  expect(await database.db.prisma.account.count()).toBe(0);
});

test('R5: none of all the look-alikes, as a name and as an e-mail, gets hold of whom it looks like', async () => {
  const names = [...new Set(LOOKALIKES.map(([, real]) => real))].filter((name) => name !== 'root');
  await push(hr, [
    { uid: 'root', username: 'root', email: 'root@example.com', nickname: 'Root', title: 'Admin' },
    ...names.map((name) => ({ uid: name, username: name, email: `${name}@example.com`, nickname: name })),
  ]);
  const before = await users();
  const byName = await engine.addSource('by-name', { matchKeys: ['username'] });
  const byMail = await engine.addSource('by-mail', { matchKeys: ['email'] });
  await push(
    byName,
    LOOKALIKES.map(([, , copy], at) => ({ uid: `n${at}`, username: copy, nickname: 'Mallory' })),
  );
  await push(
    byMail,
    LOOKALIKES.map(([, , copy], at) => ({ uid: `m${at}`, email: `${copy}@example.com`, nickname: 'Mallory' })),
  );
  const after = await users();
  expect(after.filter(({ id }) => before.some((one) => one.id === id))).toEqual(before);
  const { rows } = await database.db.pool.query<{ source: string }>(
    `SELECT s.name AS source FROM known_records k JOIN sources s ON s.id = k.source_id
     WHERE s.name LIKE 'by-%' AND k.removed_at IS NULL AND k.target_id::text = ANY($1)`,
    [before.map(({ id }) => id)],
  );
  expect(rows).toEqual([]);
  expect(after.length).toBeLessThan(before.length + LOOKALIKES.length);
});

test('R2: conditions and writes of a database in the fields of a record are no conditions and no writes', async () => {
  const before = await users();
  const source = await stranger({ matchKeys: ['email', 'username'] });
  const records = OPERATORS.flatMap((operator, at) => [
    { uid: operator, username: `u${at}` },
    { uid: `a${at}`, username: operator, email: operator, phone: operator, active: operator },
    { uid: `b${at}`, username: `b${at}`, departments: [operator], managerUid: operator },
    { uid: `c${at}`, username: `c${at}`, note: operator },
  ]);
  await push(source, records);
  const after = await users();
  expect(after.filter(({ id }) => before.some((one) => one.id === id))).toEqual(before);
  const mine = after.filter(({ id }) => !before.some((one) => one.id === id));
  expect(mine.map(({ username }) => username)).toEqual(expect.arrayContaining(OPERATORS.map((_, at) => `c${at}`)));
  for (const { username, email, phone } of mine)
    expect(JSON.stringify([username, email, phone])).not.toMatch(/not|contains|\$|object/);
  expect(await links('stranger')).toBe(mine.length);
});
