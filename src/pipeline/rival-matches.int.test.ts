import { v7 as uuid } from 'uuid';
import { pushAdapter } from '../sources/push/push.adapter.js';
import { createInbox } from '../tasks/inbox/inbox.store.js';
import { createEngine, type Engine, fullRead, type TestSource } from '../testing/worlds/engine.js';
import { skippedOf, usersOf } from '../testing/look.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

/**
 * R10: several new records of one task match the same user; the order of ids does not decide which one gets the
 * account.
 */
let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db, { adapters: [pushAdapter({ inbox: createInbox(database.db) })] });
});
beforeEach(() => database.reset());
afterAll(() => database.drop());

type Row = Readonly<Record<string, unknown>>;

const prisma = () => database.db.prisma;
const seen = (source: TestSource) => usersOf(database.db, source);
const PHONE = '+4915112345678';
const BOTH = (code: string) => [`user/a: ${code}`, `user/b: ${code}`];

/** Another source created the user whom the records match. */
async function ann(): Promise<string> {
  const crm = await engine.addSource('crm');
  await read(crm, [{ uid: 'c', username: 'ann', email: 'ann@x.com', phone: PHONE }]);
  return (await seen(crm))['c']!.id;
}

function read(source: TestSource, user: readonly Row[]) {
  source.script.full = fullRead({ user });
  return engine.sync(source);
}

const ALL = ['email', 'username', 'phone'];

test.each<[string, string[], Row, Row]>([
  ['one phone', ['phone'], { phone: PHONE }, { phone: PHONE }],
  ['one phone, written in two ways', ['phone'], { phone: '+49 151 12345678' }, { phone: PHONE }],
  ['one e-mail', ['email'], { email: 'ann@x.com' }, { email: 'ANN@x.com' }],
  ['one username', ['username'], { username: 'ann' }, { username: 'Ann' }],
  ['one phone, where other keys match no user', ALL, { email: 'a@x.com', phone: PHONE }, { phone: PHONE }],
])('%s: all of them are match_ambiguous, and none is linked', async (_name, matchKeys, a, b) => {
  await ann();
  const hr = await engine.addSource('hr', { matchKeys });
  const records = [
    { uid: 'a', ...a },
    { uid: 'b', ...b },
  ];
  for (const order of [records, [...records].reverse()]) {
    const { taskId, end, counts } = await read(hr, order);
    expect(end).toBe('partial');
    expect(await skippedOf(database.db, taskId)).toEqual(BOTH('match_ambiguous'));
    expect(counts['user']).toMatchObject({ linked: 0, created: 0, skipped: 2 });
  }
  expect(await prisma().user.count()).toBe(1);
});

test.each<[string, string[], Row, Row]>([
  ['an e-mail is stronger than a phone', ['email', 'phone'], { phone: PHONE }, { email: 'ann@x.com' }],
  ['also where the phone is the first key', ['phone', 'email'], { phone: PHONE }, { email: 'ann@x.com' }],
  ['a username is stronger than a phone', ['phone', 'username'], { phone: PHONE }, { username: 'ann' }],
  ['of e-mail and username the first key', ['username', 'email'], { email: 'ann@x.com' }, { username: 'ann' }],
  ['likewise the other way round', ['email', 'username'], { username: 'ann' }, { email: 'ann@x.com' }],
])('different keys: %s', async (_name, matchKeys, weak, strong) => {
  const id = await ann();
  const hr = await engine.addSource('hr', { matchKeys });
  const { taskId } = await read(hr, [
    { uid: 'a', ...weak },
    { uid: 'b', ...strong },
    { uid: 'r', managerUid: 'b' },
  ]);
  expect(await skippedOf(database.db, taskId)).toEqual(['user/a: match_taken']);
  const users = await seen(hr);
  expect(users).toMatchObject({ b: { id, linked: true }, r: { manager: 'b' } });
  expect(users).not.toHaveProperty('a');
});

test('a weaker match does not help where the strongest ones are ambiguous', async () => {
  await ann();
  const hr = await engine.addSource('hr', { matchKeys: ALL });
  const email = { email: 'ann@x.com' };
  const { taskId } = await read(hr, [
    { uid: 'a', ...email },
    { uid: 'b', ...email },
    { uid: 'c', phone: PHONE },
  ]);
  expect(await skippedOf(database.db, taskId)).toEqual([...BOTH('match_ambiguous'), 'user/c: match_ambiguous']);
});

test('two new ids that match a person who goes: none is linked, all is reported, the account waits', async () => {
  const hr = await engine.addSource('hr', { matchKeys: ['email'] });
  const [a, b] = [
    { uid: 'a', email: 'ann@x.com' },
    { uid: 'b', email: 'ann@x.com' },
  ];
  await read(hr, [{ uid: 'old', email: 'ann@x.com' }]);
  const { id } = (await seen(hr))['old']!;
  const { taskId, end, counts } = await read(hr, [a, b]);
  expect(end).toBe('partial');
  expect(await skippedOf(database.db, taskId)).toEqual(BOTH('match_ambiguous'));
  expect(counts['user']).toMatchObject({ linked: 0, removed: 1, created: 0, skipped: 2 });
  // The source corrects one of them: the other one gets the account, with its history.
  await read(hr, [a, { ...b, email: 'b@x.com' }]);
  expect(await seen(hr)).toMatchObject({ a: { id, active: true, linked: true }, b: { linked: true } });
});

describe('pushes', () => {
  let api: TestSource;
  beforeEach(async () => {
    api = await engine.addSource('clients', { type: 'push', config: {} });
  });

  async function push(records: readonly object[], matchKey: string | null = null) {
    const recordCount = records.length;
    const data = { id: uuid(), sourceId: api.id, kind: 'user', matchKey, records: records as object[], recordCount };
    const { id } = await prisma().push.create({ data });
    return async () => (await prisma().push.findUniqueOrThrow({ where: { id } })).result;
  }
  const drain = () => engine.sync(api, { mode: 'delta' });

  test('deleted and made again in one push: the result says success, and the account is the same one', async () => {
    await push([{ uid: 'old', email: 'ann@x.com' }]);
    await drain();
    const { id } = (await seen(api))['old']!;
    const result = await push(
      [
        { uid: 'old', isDeleted: true },
        { uid: 'new', email: 'ann@x.com' },
      ],
      'email',
    );
    expect((await drain()).end).toBe('succeeded');
    expect(await result()).toMatchObject({
      status: 'succeeded',
      resources: [{ kind: 'user', all: 2, success: 2, failed: 0 }, { kind: 'membership' }],
    });
    expect(await seen(api)).toMatchObject({ new: { id, active: true, linked: true }, old: { linked: false } });
  });

  test('made again in a push of its own, in the same task as the deletion, in either order', async () => {
    await push([{ uid: 'old', email: 'ann@x.com' }]);
    await drain();
    const { id } = (await seen(api))['old']!;
    const results = [
      await push([{ uid: 'new', email: 'ann@x.com' }], 'email'),
      await push([{ uid: 'old', isDeleted: true }]),
    ];
    expect((await drain()).counts['user']).toMatchObject({ linked: 1, removed: 0 });
    for (const result of results) expect(await result()).toMatchObject({ status: 'succeeded' });
    expect(await seen(api)).toMatchObject({ new: { id, active: true, linked: true } });
  });

  test('two new records that match one user: both failed, with the code', async () => {
    await ann();
    const result = await push(
      [
        { uid: 'a', phone: PHONE },
        { uid: 'b', phone: PHONE },
      ],
      'phone',
    );
    await drain();
    expect(await result()).toMatchObject({
      status: 'partial',
      resources: [
        {
          kind: 'user',
          success: 0,
          failed: 2,
          failedRecords: [{ code: 'match_ambiguous' }, { code: 'match_ambiguous' }],
        },
        { kind: 'membership' },
      ],
    });
  });
});
