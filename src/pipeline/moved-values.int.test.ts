import { createEngine, type Engine, fullRead, type TestSource } from '../testing/worlds/engine.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

/** R31: filling an empty field does not count as a change of a value. */
let database: TestDatabase;
let engine: Engine;
let source: TestSource;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
});
beforeEach(async () => {
  await database.reset();
  source = await engine.addSource('hr', { guard: {} });
});
afterAll(() => database.drop());

type Row = Readonly<Record<string, unknown>>;
const PEOPLE = 30;
const people = (fields: (at: number) => Row): readonly Row[] =>
  Array.from({ length: PEOPLE }, (_, at) => ({ uid: `u${at}`, title: 't', ...fields(at) }));

async function read(kind: string, records: readonly Row[]) {
  source.script.full = fullRead(kind === 'user' ? { user: records } : { department: records, user: [] });
  return engine.sync(source);
}

const mail = (host: string) => (at: number) => ({ email: `u${at}@${host}` });

test.each<readonly [string, (at: number) => Row, (at: number) => Row, boolean]>([
  ['no one had an e-mail', () => ({}), mail('x.com'), false],
  ['everyone had null', () => ({ email: null }), mail('x.com'), false],
  ['everyone had an empty one', () => ({ email: '' }), mail('x.com'), false],
  ['no one had a username', () => ({}), (at) => ({ username: `u${at}` }), false],
  ['no one had either', () => ({}), (at) => ({ username: `u${at}`, email: `u${at}@x.com` }), false],
  ['nine had another one, the others none', (at) => (at < 9 ? mail('old.com')(at) : {}), mail('x.com'), false],
  ['ten had another one, the others none', (at) => (at < 10 ? mail('old.com')(at) : {}), mail('x.com'), true],
  ['everyone had another one', mail('old.com'), mail('x.com'), true],
  ['everyone loses theirs', mail('x.com'), () => ({ email: null }), true],
  [
    'the e-mail is filled and the username changes',
    (at) => ({ username: `a${at}` }),
    (at) => ({ username: `b${at}`, email: `u${at}@x.com` }),
    true,
  ],
])('R31 moved_values: %s', async (_name, before, after, isHeld) => {
  await read('user', people(before));
  const { end, task } = await read('user', people(after));
  expect(end).toBe(isHeld ? 'held' : 'succeeded');
  if (isHeld) expect(task.held).toMatchObject({ reasons: [{ code: 'moved_values', kind: 'user' }] });
});

test.each([
  ['roots get their first parent', null, 'd0', false],
  ['departments get another parent', 'd0', 'd1', true],
] as const)('R31 moved_values: %s', async (_name, before, after, isHeld) => {
  const departments = (parent: string | null) =>
    Array.from({ length: PEOPLE }, (_, at) => ({ uid: `d${at}`, title: `D${at}`, parentUid: at < 2 ? null : parent }));
  await read('department', departments(before));
  const { end } = await read('department', departments(after));
  expect(end).toBe(isHeld ? 'held' : 'succeeded');
});

test('R31 with applySafeChanges: first values go through, changed ones wait', async () => {
  await database.db.prisma.source.update({ where: { id: source.id }, data: { guard: { applySafeChanges: true } } });
  await read(
    'user',
    people((at) => (at < 20 ? mail('old.com')(at) : {})),
  );
  expect((await read('user', people(mail('x.com')))).end).toBe('held');
  const filled = await database.db.prisma.user.count({ where: { email: { endsWith: '@x.com' } } });
  expect(filled).toBe(10);
});
