import { createEngine, type Engine, fullRead, type TestSource } from '../testing/worlds/engine.js';
import { departmentsOf, problemsOf, skippedOf, usersOf } from '../testing/look.js';
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

async function read(...values: readonly object[]) {
  source.script.full = fullRead({ user: values.map((value, at) => ({ uid: `u${at}`, ...value })) });
  return engine.sync(source);
}

test.each(['NULL', '#N/A', '-', 'n/a', 'none', 'noemail@company.example'])(
  'R2, R12: no user holds the placeholder %s: two people have it and neither has an e-mail',
  async (email) => {
    const { end, counts } = await read({ email }, { email });
    expect(end).toBe('succeeded');
    expect(counts['user']).toMatchObject({ created: 2, skipped: 0, fieldProblems: 0 });
    const people = await usersOf(database.db, source);
    expect(Object.values(people).map((one) => one.email)).toEqual([null, null]);
  },
);

test('R7: what is no address is left out and named; what was known of it stays', async () => {
  await read({ email: 'ann@example.com' });
  const { end, taskId } = await read({ email: 'ann at example.com', title: 'Lead' });
  expect(end).toBe('partial');
  expect(await problemsOf(database.db, taskId)).toEqual(['user/u0 update: email invalid_email']);
  expect(await usersOf(database.db, source)).toMatchObject({ u0: { email: 'ann@example.com', title: 'Lead' } });
  await read({ email: 'Ann <Ann.Lee@example.com>;' });
  expect(await usersOf(database.db, source)).toMatchObject({ u0: { email: 'Ann.Lee@example.com' } });
});

const waiting = ({ counts }: Awaited<ReturnType<typeof read>>) => counts['user']?.waiting ?? 0;

describe.each([
  'NULL',
  ' null ',
  '-',
  '\u2013',
  'n/a',
  'N/A',
  '#N/A',
  '#NV',
  '(null)',
  '[NULL]',
  '<NA>',
  '\\N',
  'undefined',
])('the placeholder %j', (text) => {
  test('R2, R23: as a manager, department or parent it is no reference, and nothing waits', async () => {
    source.script.full = fullRead({
      department: [
        { uid: 'd1', title: 'Sales', parentUid: text },
        { uid: 'd2', title: 'EMEA', parentUid: 'd1' },
      ],
      user: [
        { uid: 'u1', managerUid: text, departments: [text, { uid: text, isOwner: true }, 'd2'] },
        { uid: 'u2', managerUid: 'u1', departments: [{ uid: text, isMain: true }] },
        { uid: 'u3', departments: text },
      ],
    });
    const result = await engine.sync(source);
    expect([result.end, waiting(result), result.counts['department']?.waiting ?? 0]).toEqual(['succeeded', 0, 0]);
    expect(await usersOf(database.db, source)).toMatchObject({
      u1: { manager: null, departments: ['d2'], main: 'd2' },
      u2: { manager: 'u1', departments: [] },
      u3: { departments: [] },
    });
    expect((await departmentsOf(database.db, source))['d1']?.parent).toBeNull();
  });

  test('R1: as an id it is refused as missing_uid', async () => {
    const { end, taskId } = await read({ uid: text }, { title: 'Lead' });
    expect(end).toBe('partial');
    expect(await skippedOf(database.db, taskId)).toEqual(['user/?: missing_uid']);
    expect(Object.keys(await usersOf(database.db, source))).toEqual(['u1']);
  });
});

describe('a source with a list of its own', () => {
  const change = (add: readonly string[], remove: readonly string[] = []) =>
    database.db.prisma.source.update({
      where: { id: source.id },
      data: { placeholders: { add: [...add], remove: [...remove] } },
    });
  const person = { email: 'dummy@x.example', title: 'NA', managerUid: 'root', departments: ['0'] };

  test('R2: a changed list is taken by the next sync although the records are the same', async () => {
    const [first, again] = [await read(person), await read(person)];
    expect([first.counts['user']?.waiting, again.counts['user']]).toMatchObject([2, { unchanged: 1, updated: 0 }]);
    expect(await usersOf(database.db, source)).toMatchObject({ u0: { email: 'dummy@x.example', title: null } });
    await change(['dummy@', '0', 'ROOT'], ['na']);
    const changed = await read(person);
    expect([changed.end, changed.counts['user']]).toMatchObject(['succeeded', { updated: 1, waiting: 0 }]);
    expect(await usersOf(database.db, source)).toMatchObject({ u0: { email: null, title: 'NA' } });
    expect(await database.db.prisma.pendingReference.count()).toBe(0);
  });

  test('R2: the same list in another order and spelling plans nothing', async () => {
    await change(['root', '0']);
    await read(person);
    await change([' 0', 'Root', 'root']);
    const { counts, taskId } = await read(person);
    expect(counts['user']).toMatchObject({ unchanged: 1, updated: 0 });
    expect(await database.db.prisma.change.count({ where: { taskId } })).toBe(0);
  });

  test('R1: an added text is no id either, and a removed one is', async () => {
    await change(['0'], ['-']);
    const { end, taskId } = await read({ uid: 0 }, { uid: '-', nickname: '-' });
    expect([end, await skippedOf(database.db, taskId)]).toEqual(['partial', ['user/?: missing_uid']]);
    expect(Object.keys(await usersOf(database.db, source))).toEqual(['-']);
  });
});

test('R4: an active of NULL is named; it neither deactivates nor activates', async () => {
  await read({ active: true }, { active: false });
  const { end, taskId } = await read({ active: 'NULL' }, { active: '-' });
  expect([end, (await problemsOf(database.db, taskId)).length]).toEqual(['partial', 2]);
  expect(await usersOf(database.db, source)).toMatchObject({ u0: { active: true }, u1: { active: false } });
});

test('R2: people who are called Null, None, Nan and Na keep their names and logins', async () => {
  const people = ['Null', 'None', 'Nan', 'Na', 'Nil'].map((name) => ({ nickname: name, username: `x.${name}` }));
  const { end } = await read(...people, { username: 'nan', nickname: 'Nan' }, { username: 'none' });
  expect(end).toBe('succeeded');
  const { rows } = await database.db.pool.query<{ nickname: string; username: string }>(
    'SELECT nickname, username FROM users ORDER BY username',
  );
  expect(rows.map(({ nickname, username }) => [username, nickname])).toEqual([
    ...[
      ['nan', 'Nan'],
      ['none', null],
      ['x.Na', 'Na'],
      ['x.Nan', 'Nan'],
    ],
    ...[
      ['x.Nil', 'Nil'],
      ['x.None', 'None'],
      ['x.Null', 'Null'],
    ],
  ]);
});

test('R2, R5: of several e-mails a placeholder is never the one that counts', async () => {
  const alternatives = { email: ['-', 'zoe@x.example', 'ann@x.example'] };
  const records = [{ externalId: 'u0', data: { email: '-' }, alternatives }];
  source.script.full = [{ type: 'records', kind: 'user', records }, ...fullRead({ user: [] })];
  await engine.sync(source);
  expect(await usersOf(database.db, source)).toMatchObject({ u0: { email: 'ann@x.example' } });
});

test('R1: the tombstone of a placeholder is refused like its record', async () => {
  source.script.delta = [{ type: 'tombstones', kind: 'user', externalIds: ['NULL'] }];
  const { end, taskId } = await engine.sync(source, { mode: 'delta' });
  expect([end, await skippedOf(database.db, taskId)]).toEqual(['partial', ['user/?: missing_uid']]);
});
