import { createEngine, type Engine, type SourceSettings, type TestSource } from '../testing/worlds/engine.js';
import { problemsOf, skippedOf, usersOf } from '../testing/look.js';
import { recordsMessage } from '../testing/fakes/scripted-adapter.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

/** R5, R12: a conflict of one value leaves out the field, never the person. */
let database: TestDatabase;
let engine: Engine;
let hr: TestSource;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
});
beforeEach(async () => {
  await database.reset();
  hr = await addSource('hr');
});
afterAll(() => database.drop());

type Row = Readonly<Record<string, unknown>>;
const addSource = (name: string, settings?: SourceSettings) => engine.addSource(name, settings);
const people = (source: TestSource) => usersOf(database.db, source);

function push(source: TestSource, user: readonly Row[]) {
  source.script.delta = [recordsMessage('user', user)];
  return engine.sync(source, { mode: 'delta' });
}

describe('a conflict over one value', () => {
  const holder = { uid: 'h', username: 'ann', email: 'ann@example.com', phone: '+49 30 901820' };

  test.each<[string, Row, Row, readonly string[]]>([
    ['username', { username: 'ann', title: 'T' }, { username: null, title: 'T' }, ['username']],
    ['username, other case', { username: 'ANN' }, { username: null }, ['username']],
    ['username, with blanks', { username: ' ann ' }, { username: null }, ['username']],
    ['e-mail', { username: 'x', email: 'ann@example.com' }, { username: 'x', email: null }, ['email']],
    ['e-mail, other case', { email: 'Ann@EXAMPLE.com' }, { email: null }, ['email']],
    ['both', { username: 'ann', email: 'ann@example.com' }, { username: null, email: null }, ['email', 'username']],
    ['custom fields stay', { username: 'ann', shoe: 41 }, { username: null, attributes: { shoe: 41 } }, ['username']],
    ['phone: many may have it', { username: 'x', phone: '+49 30 901820' }, { username: 'x' }, []],
    ['phone, other spelling', { phone: '+49 (30) 90-18-20' }, {}, []],
    ['a username that is the e-mail of another', { username: 'ann@example.com' }, { username: 'ann@example.com' }, []],
    ['out of force', { username: 'ann', active: false }, { username: 'ann', active: false }, []],
  ])('a new person: %s', async (_name, given, wanted, left) => {
    await push(hr, [holder]);
    const { taskId, end, counts } = await push(hr, [{ uid: 'new', ...given }]);
    expect(await problemsOf(database.db, taskId)).toEqual(left.map((field) => `user/new create: ${field} value_taken`));
    expect(await skippedOf(database.db, taskId)).toEqual([]);
    expect(end).toBe(left.length > 0 ? 'partial' : 'succeeded');
    expect(counts['user']).toMatchObject({ created: 1, fieldProblems: left.length });
    expect(await people(hr)).toMatchObject({ new: { active: true, ...wanted }, h: { username: 'ann' } });
  });

  test('an update keeps what the person had, and takes the other fields', async () => {
    await push(hr, [holder, { uid: 'b', username: 'bo', email: 'bo@example.com' }]);
    const { taskId } = await push(hr, [{ uid: 'b', username: 'ann', email: 'b@example.com', title: 'T' }]);
    expect(await problemsOf(database.db, taskId)).toEqual(['user/b update: username value_taken']);
    expect(await people(hr)).toMatchObject({ b: { username: 'bo', email: 'b@example.com', title: 'T' } });
  });

  test('an update of nothing else is no write, and still says why', async () => {
    await push(hr, [holder, { uid: 'b', username: 'bo' }]);
    const { taskId, end } = await push(hr, [{ uid: 'b', username: 'ann' }]);
    expect(await problemsOf(database.db, taskId)).toEqual(['user/b keep: username value_taken']);
    expect(end).toBe('partial');
    expect(await people(hr)).toMatchObject({ b: { username: 'bo' } });
  });

  test('three people with one switchboard are three accounts', async () => {
    const phone = '+49 30 901820 0';
    const { end, counts } = await push(hr, [
      { uid: 'a', username: 'a', phone },
      { uid: 'b', username: 'b', phone },
      { uid: 'c', username: 'c', phone },
    ]);
    expect([end, counts['user']?.created]).toEqual(['succeeded', 3]);
    const rows = await database.db.prisma.user.findMany();
    expect(new Set(rows.map((row) => row.phone))).toEqual(new Set([phone]));
  });

  test('R10: a shared phone as a match key links no user', async () => {
    await push(hr, [
      { uid: 'a', phone: '+49301234567' },
      { uid: 'b', phone: '+49301234567' },
    ]);
    const crm = await addSource('crm', { matchKeys: ['phone'] });
    const { taskId } = await push(crm, [{ uid: 'c', phone: '+49 30 1234567' }]);
    expect(await skippedOf(database.db, taskId)).toEqual(['user/c: match_ambiguous']);
  });
});

describe('R5: look-alikes', () => {
  /** `first` exists; then its other field changes; then `second` is added, without match keys. */
  test.each([
    ['pavel', '\u0440\u0430vel', 'Cyrillic beside Latin'],
    ['\u0440\u0430vel', 'pavel', 'Latin beside Cyrillic'],
    ['\u0440\u0430vel', 'p\u0430vel', 'two sorts of Cyrillic'],
    ['admin', '\uff41dmin', 'full-width'],
    ['root', 'ro\u200bot', 'a zero-width space'],
    ['ro\u200bot', 'root', 'a zero-width space in the first'],
    ['admin', 'adm\u0131n', 'dotless i'],
    ['sam', '\uabaaam', 'Cherokee'],
    ['root', 'r\u03bfot', 'Greek'],
    ['ADMIN', '\u0430dmin', 'other case as well'],
    ['admin', '\ud835\udc1admin', 'mathematical bold'],
    ['harry', '\u0570arry', 'Armenian'],
  ])('%j stays alone beside %j: %s', async (first, second) => {
    await push(hr, [{ uid: 'a', username: first, email: 'a@example.com' }]);
    await push(hr, [{ uid: 'a', email: 'other@example.com' }]);
    const crm = await addSource('crm');
    const { taskId, end } = await push(crm, [{ uid: 'b', username: second, email: 'second@x.example' }]);
    expect(end).toBe('partial');
    expect(await problemsOf(database.db, taskId)).toEqual(['user/b create: username value_lookalike']);
    expect(await people(crm)).toMatchObject({ b: { username: null, active: true, email: 'second@x.example' } });
  });

  test('of e-mails, after the username changed', async () => {
    await push(hr, [{ uid: 'a', username: 'a', email: 'p\u0430vel@example.com' }]);
    await push(hr, [{ uid: 'a', username: 'other' }]);
    const { taskId } = await push(hr, [{ uid: 'b', email: 'pavel@example.com' }]);
    expect(await problemsOf(database.db, taskId)).toEqual(['user/b create: email value_lookalike']);
  });

  test('R10: with a match key, after the other field changed: no user is linked or created', async () => {
    await push(hr, [{ uid: 'a', username: '\u0440\u0430vel', email: 'a@example.com' }]);
    await push(hr, [{ uid: 'a', email: 'other@example.com' }]);
    const crm = await addSource('crm', { matchKeys: ['username'] });
    const { taskId } = await push(crm, [{ uid: 'b', username: 'pavel' }]);
    expect(await skippedOf(database.db, taskId)).toEqual(['user/b: match_ambiguous']);
    expect(await database.db.prisma.user.count()).toBe(1);
  });

  test('in one task: the first external id has it', async () => {
    const { taskId } = await push(hr, [
      { uid: 'a', username: 'pavel' },
      { uid: 'b', username: '\u0440\u0430vel' },
    ]);
    expect(await problemsOf(database.db, taskId)).toEqual(['user/b create: username value_lookalike']);
  });

  test('of a user who is out of force: no conflict', async () => {
    await push(hr, [{ uid: 'a', username: 'pavel', active: false }]);
    expect((await push(hr, [{ uid: 'b', username: '\u0440\u0430vel' }])).end).toBe('succeeded');
  });
});

describe('R12: a value that another task gives away between plan and apply costs the field, not the person', () => {
  /** The worker crashes at the start of apply; `between` runs; another worker continues with the plan. */
  async function apply(user: readonly Row[], between: () => Promise<unknown>) {
    hr.script.delta = [recordsMessage('user', user)];
    const controller = new AbortController();
    const onReport = ({ line }: { line?: string }) => {
      if (line?.startsWith('apply began')) controller.abort(new Error('died'));
    };
    await expect(engine.sync(hr, { mode: 'delta', signal: controller.signal, onReport })).rejects.toThrow('died');
    await between();
    const { id } = await database.db.prisma.syncTask.findFirstOrThrow({ orderBy: { id: 'desc' } });
    return engine.sync(hr, { taskId: id });
  }

  const taken = (username: string) => () =>
    database.db.prisma.user.create({
      data: { id: '018f0000-0000-7000-8000-000000000001', username, usernameKey: username },
    });

  test('new people, most of them without a conflict', async () => {
    const user = Array.from({ length: 20 }, (_, at) => ({ uid: `u${at}`, username: `name${at}`, title: 'T' }));
    const { taskId, end, counts } = await apply(user, taken('name7'));
    expect(await problemsOf(database.db, taskId)).toEqual(['user/u7 create: username value_taken']);
    expect(counts['user']).toMatchObject({ created: 20, failed: 0, fieldProblems: 1 });
    expect(end).toBe('partial');
    expect(await people(hr)).toMatchObject({ u7: { username: null, title: 'T' }, u8: { username: 'name8' } });
  });

  test('people who hand values on: the last one of the chain cannot move, so that none of it does', async () => {
    await push(hr, [
      { uid: 'a', username: 'ann' },
      { uid: 'b', username: 'bo' },
      { uid: 'x', username: 'xi' },
      { uid: 'y', username: 'yu' },
    ]);
    const after = [
      { uid: 'a', username: 'bo', title: 'T' },
      { uid: 'b', username: 'max', title: 'T' },
      { uid: 'x', username: 'yu' },
      { uid: 'y', username: 'xi' },
    ];
    const { taskId, counts } = await apply(after, taken('max'));
    expect(await problemsOf(database.db, taskId)).toEqual([
      'user/a update: username value_taken',
      'user/b update: username value_taken',
    ]);
    expect(counts['user']).toMatchObject({ updated: 4, failed: 0 });
    expect(await people(hr)).toMatchObject({
      a: { username: 'ann', title: 'T' },
      b: { username: 'bo', title: 'T' },
      x: { username: 'yu' },
      y: { username: 'xi' },
    });
  });
});
