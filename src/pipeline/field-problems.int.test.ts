import { createEngine, type Engine, type TestSource } from '../testing/worlds/engine.js';
import { problemsOf, skippedOf, usersOf } from '../testing/look.js';
import { completeMessage, recordsMessage, type ScriptedMessage } from '../testing/fakes/scripted-adapter.js';
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
afterAll(() => database.drop());

type Records = readonly Readonly<Record<string, unknown>>[];

const people = () => usersOf(database.db, source);
const problems = (taskId: string) => problemsOf(database.db, taskId);

async function read(...messages: readonly ScriptedMessage[]) {
  source.script.full = [...messages, completeMessage('user')];
  return engine.sync(source);
}
const readUsers = (user: Records) => read(recordsMessage('user', user));
async function push(...pages: readonly Records[]) {
  source.script.delta = pages.map((user) => recordsMessage('user', user));
  return engine.sync(source, { mode: 'delta' });
}
const long = 'x'.repeat(256);

describe('R7: a field that can not be used is left out, the person exists', () => {
  test.each([
    ['a text that is too long', { title: long }, 'title too_long'],
    ['a text that is a list', { nickname: ['Ann'] }, 'nickname wrong_type'],
    ['a text that is an object', { username: { name: 'ann' } }, 'username wrong_type'],
    ['a text that is a yes', { phone: true }, 'phone wrong_type'],
    ['a text with U+0000', { title: 'a\u0000b' }, 'title invalid_text'],
    ['a text with half a surrogate pair', { title: '\ud83d' }, 'title invalid_text'],
    ['a manager that is no id', { managerUid: { id: 1 } }, 'managerUid invalid_uid'],
    ['departments that are no list', { departments: 'sales' }, 'departments wrong_type'],
    ['a photo that is too large', { photo: 'x'.repeat(20_000) }, 'attributes.photo too_large'],
    ['a bag of custom fields that is a text', { attributes: 'x' }, 'attributes wrong_type'],
    ['a custom field with U+0000', { note: 'a\u0000' }, 'attributes.note invalid_text'],
  ])('%s', async (_name, bad, wanted) => {
    const { end, task, counts, taskId } = await readUsers([
      { uid: 'u1', email: 'ann@x.example', ...bad },
      { uid: 'u2' },
    ]);
    expect(end).toBe('partial');
    expect(task.errorCode).toBe('fields_left_out');
    expect(task.errorMessage).toMatch(/^1 field was left out/);
    expect(counts['user']).toMatchObject({ seen: 2, created: 2, skipped: 0, failed: 0, fieldProblems: 1 });
    expect(await problems(taskId)).toEqual([`user/u1 create: ${wanted}`]);
    expect((await people())['u1']).toMatchObject({ email: 'ann@x.example' });
  });

  test('what was known of it stays, and the rest is taken', async () => {
    await readUsers([{ uid: 'u1', title: 'Lead', username: 'ann', city: 'Ulm', photo: 'small' }]);
    await readUsers([{ uid: 'u1', title: long, username: 'anna', city: 'Bonn', photo: 'x'.repeat(20_000) }]);
    expect((await people())['u1']).toMatchObject({
      ...{ title: 'Lead', username: 'anna' },
      attributes: { city: 'Bonn', photo: 'small' },
    });
  });

  test('it is named in each sync until it is correct, and then taken', async () => {
    await readUsers([{ uid: 'u1', title: 'A' }]);
    const bad = { uid: 'u1', title: long };
    for (const time of [1, 2, 3]) {
      const { end, counts, taskId } = await readUsers([bad]);
      expect([time, end]).toEqual([time, 'partial']);
      expect(counts['user']).toMatchObject({ seen: 1, unchanged: 1, updated: 0, fieldProblems: 1 });
      expect(await problems(taskId)).toEqual(['user/u1 keep: title too_long']);
    }
    const { end, counts } = await readUsers([{ uid: 'u1', title: 'B' }]);
    expect(end).toBe('succeeded');
    expect(counts['user']).toMatchObject({ updated: 1, fieldProblems: 0 });
    expect((await people())['u1']).toMatchObject({ title: 'B' });
    expect((await readUsers([{ uid: 'u1', title: 'B' }])).counts['user']).toMatchObject({ unchanged: 1 });
  });

  test('R34: many of them are no bad read: who is gone is removed', async () => {
    const bad = Array.from({ length: 50 }, (_, at) => ({ uid: `u${at}`, title: at < 25 ? long : 'A' }));
    await readUsers([...bad, { uid: 'gone' }]);
    const { counts } = await readUsers(bad);
    expect(counts['user']).toMatchObject({ removed: 1, fieldProblems: 25 });
  });

  test('a retry names them once', async () => {
    const { taskId } = await readUsers([{ uid: 'u1', title: long }]);
    await database.db.prisma.syncTask.update({ where: { id: taskId }, data: { status: 'queued' } });
    const again = await engine.sync(source, { taskId });
    expect(again.counts['user']).toMatchObject({ created: 1, fieldProblems: 1 });
    expect(await problems(taskId)).toEqual(['user/u1 keep: title too_long']);
  });

  test('a new department without a usable title is skipped, with the reason of its title', async () => {
    source.script.full = [recordsMessage('department', [{ uid: 'd', title: long }]), completeMessage('department')];
    const { taskId } = await engine.sync(source);
    expect(await skippedOf(database.db, taskId)).toEqual(['department/d: missing_field']);
    expect(await problems(taskId)).toEqual(['department/d skip: title too_long']);
  });
});

describe('R7: departments of which one can not be used', () => {
  const departments = recordsMessage(
    'department',
    ['a', 'b', 'c'].map((uid) => ({ uid, title: uid })),
  );
  const readIn = (...claims: readonly unknown[]) =>
    read(departments, recordsMessage('user', [{ uid: 'u1', departments: claims }]));
  const places = async () => (await people())['u1']?.departments;

  test.each([
    ['no id', {}],
    ['a fraction', 1.5],
    ['an object as id', { uid: {} }],
    ['too long an id', 'd'.repeat(256)],
    ['a control character', 'a\u0007'],
  ])('%s: the others come, and no one leaves a department', async (_name, bad) => {
    await readIn('a', 'b');
    for (const time of [1, 2]) {
      const { end, counts, taskId } = await readIn('c', bad);
      expect([time, end]).toEqual([time, 'partial']);
      expect(counts['membership']).toMatchObject({ removed: 0 });
      expect(await problems(taskId)).toHaveLength(1);
      expect(await places()).toEqual(['a', 'b', 'c']);
    }
    await readIn('c');
    expect(await places()).toEqual(['c']);
  });

  test('a flag that is no boolean stays as it was known', async () => {
    await readIn({ uid: 'a', isMain: true }, { uid: 'b', isOwner: true });
    const { counts } = await readIn({ uid: 'a', isMain: 'no' }, { uid: 'b', isOwner: 0 });
    expect(counts['membership']).toMatchObject({ created: 0, updated: 0, removed: 0 });
    const rows = await database.db.prisma.membership.findMany({ select: { isMain: true, isOwner: true } });
    expect(rows.filter((row) => row.isMain)).toHaveLength(1);
    expect(rows.filter((row) => row.isOwner)).toHaveLength(1);
  });

  test('pushed in two pages of one task', async () => {
    await read(departments);
    await push([{ uid: 'u1', departments: ['a'] }], [{ uid: 'u1', departments: ['b', {}] }]);
    expect(await places()).toEqual(['a', 'b']);
  });
});

describe('R6, R7: the same id several times in one push', () => {
  const bad = { uid: 'u1', title: long, username: 'a' };

  test.each([
    ['in one page', (...records: Records) => push(records)],
    ['in several pages', (...records: Records) => push(...records.map((record) => [record]))],
  ])('a later usable value ends the problem, %s', async (_name, send) => {
    expect((await send(bad, { uid: 'u1', title: 'B' })).end).toBe('succeeded');
    expect((await people())['u1']).toMatchObject({ title: 'B', username: 'a' });
    const { end, taskId } = await send({ uid: 'u1', title: 'C' }, bad, { uid: 'u1', city: 'Ulm' });
    expect(end).toBe('partial');
    expect(await problems(taskId)).toEqual(['user/u1 update: title too_long']);
    expect((await people())['u1']).toMatchObject({ title: 'C', attributes: { city: 'Ulm' } });
    const photo = { uid: 'u1', photo: 'x'.repeat(20_000) };
    expect((await send(photo, { uid: 'u1', photo: 'small' })).end).toBe('succeeded');
    expect((await people())['u1']).toMatchObject({ attributes: { city: 'Ulm', photo: 'small' } });
  });
});
