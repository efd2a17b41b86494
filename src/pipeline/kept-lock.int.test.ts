import { createEngine, type Engine, fullRead, type SourceSettings, type TestSource } from '../testing/worlds/engine.js';
import { decideByHand } from '../testing/worlds/hand-edits.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

/** R15: a lock by hand is kept when its user is deleted and comes back. */
let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
});
beforeEach(() => database.reset());
afterAll(() => database.drop());

type Row = Readonly<Record<string, unknown>>;

const prisma = () => database.db.prisma;
const other = { uid: 'other', username: 'other', email: 'other@x.com', phone: '+49301111111' };
const ann = { uid: 'ann', username: 'ann', email: 'ann@x.com', phone: '+49302222222' };
const addSource = (name = 'hr', settings: SourceSettings = {}) =>
  engine.addSource(name, { removal: 'delete', ...settings });

function read(source: TestSource, ...user: readonly Row[]) {
  source.script.full = fullRead({ user: [other, ...user] });
  return engine.sync(source);
}

const usersNow = async () =>
  (await prisma().user.findMany({ orderBy: { id: 'asc' } })).filter(({ username }) => username !== 'other');
const activeNow = async () => (await usersNow()).map(({ active, lockedAt }) => ({ active, locked: lockedAt !== null }));
const decide = (id: string, decision: { locked?: boolean; protected?: boolean }) => decideByHand(engine, id, decision);

const LOCKED = [{ active: false, locked: true }];
const FREE = [{ active: true, locked: false }];

/** A person who was locked by hand and then deleted by the source's policy. */
async function lockedAndGone(record: Row = ann): Promise<{ source: TestSource; id: string }> {
  const source = await addSource();
  await read(source, record);
  const [user] = await usersNow();
  await decide(user!.id, { locked: true });
  await read(source);
  expect(await prisma().user.count()).toBe(1);
  return { source, id: user!.id };
}

describe('R15: who was locked by hand and deleted comes back locked', () => {
  test.each<readonly [string, Row, Row]>([
    ['the same record', ann, ann],
    ['the same record, renamed', ann, { ...ann, username: 'bea', email: 'bea@x.com', phone: '+49303333333' }],
    ['the same record without any key', { uid: 'ann' }, { uid: 'ann' }],
    ['the same record that says active', ann, { ...ann, active: true }],
    ['another id with the same username', ann, { uid: 'new', username: 'ann' }],
    ['another id with the same e-mail', ann, { uid: 'new', email: 'ann@x.com' }],
    ['another id, other spelling of the username', ann, { uid: 'new', username: ' ANN ' }],
    ['another id, other spelling of the e-mail', ann, { uid: 'new', email: 'Ann@X.COM' }],
    [
      'another id with the same phone, which was all there was',
      { uid: 'p', phone: '+49302222222' },
      { uid: 'new', phone: '+49 30 2222222' },
    ],
    ['a username with letters beyond ASCII', { ...ann, username: 'änn' }, { uid: 'new', username: 'änn' }],
  ])('%s', async (_name, before, after) => {
    const { source } = await lockedAndGone(before);
    await read(source, after);
    expect(await activeNow()).toEqual(LOCKED);
    await read(source, { ...after, title: 'again' });
    expect(await activeNow()).toEqual(LOCKED);
  });

  test.each<readonly [string, Row]>([
    ['nothing in common', { uid: 'new', username: 'bea', email: 'bea@x.com' }],
    ['the phone of a shared office only', { uid: 'new', username: 'bea', phone: '+49302222222' }],
    ['a username that is the e-mail of the other', { uid: 'new', username: 'ann@x.com' }],
    ['no key at all', { uid: 'new' }],
  ])('but not another person: %s', async (_name, after) => {
    const { source } = await lockedAndGone();
    await read(source, after);
    expect(await activeNow()).toEqual(FREE);
  });

  test('from another source', async () => {
    await lockedAndGone();
    const crm = await addSource('crm', { removal: 'deactivate' });
    crm.script.full = fullRead({ user: [{ uid: 'c', username: 'ann' }] });
    await engine.sync(crm);
    expect(await activeNow()).toEqual(LOCKED);
  });

  test('again and again, and by an undo of the deletion', async () => {
    const { source, id } = await lockedAndGone();
    await read(source, ann);
    const gone = await read(source);
    expect(await prisma().user.count()).toBe(1);
    await engine.sync(source, { undoes: gone.taskId });
    expect(await usersNow()).toMatchObject([{ id, active: false, lockedAt: expect.any(Date) as Date }]);
    await read(source, { ...ann, title: 'Lead' });
    expect(await activeNow()).toEqual(LOCKED);
  });

  test('when the source was deleted with its records and made again', async () => {
    const { source } = await lockedAndGone();
    await read(source, ann);
    expect((await engine.sync(source, { mode: 'remove' })).end).toBe('succeeded');
    expect(await prisma().user.count()).toBe(0);
    const again = await addSource('hr');
    await read(again, { ...ann, uid: 'ann-2' });
    expect(await activeNow()).toEqual(LOCKED);
  });

  test('as one of 1,200 new users, none of the others', async () => {
    const { source } = await lockedAndGone();
    const many = Array.from({ length: 1_200 }, (_, at) => ({ uid: `n${at}`, username: `n${at}` }));
    await read(source, ...many, { ...ann, uid: 'late' });
    expect(await prisma().user.findMany({ where: { active: false }, select: { username: true } })).toEqual([
      { username: 'ann' },
    ]);
    expect(await prisma().user.count()).toBe(1_202);
  });
});

describe('R15: the lock is lifted for good', () => {
  test.each([
    ['the same record', ann],
    ['another id with the same username', { uid: 'new', username: 'ann' }],
  ])('%s: unlocked once, it is not locked when it is deleted and comes back', async (_name, record) => {
    const { source } = await lockedAndGone();
    await read(source, record);
    await decide((await usersNow())[0]!.id, { locked: false });
    expect(await activeNow()).toEqual(FREE);
    await read(source);
    await read(source, record);
    expect(await activeNow()).toEqual(FREE);
  });

  test('also where the unlocked user loses the username to a user in force (R12)', async () => {
    const { source } = await lockedAndGone();
    const heir = { uid: 'new', username: 'ann' };
    await read(source, heir, { uid: 'bea', username: 'bea' });
    await read(source, heir, { uid: 'bea', username: 'ann' });
    const users = await usersNow();
    const locked = users.find(({ lockedAt }) => lockedAt !== null);
    await decide(locked!.id, { locked: false });
    expect(await prisma().user.findUnique({ where: { id: locked!.id } })).toMatchObject({
      active: true,
      username: null,
    });
    expect(await prisma().keptLock.count()).toBe(0);
  });

  test('who comes back without the lock can be locked again', async () => {
    const { source, id } = await lockedAndGone();
    const heir = { uid: 'new', username: 'ann' };
    await read(source, heir);
    await decide((await usersNow())[0]!.id, { locked: false });
    await read(source, heir, ann);
    expect(await prisma().user.findUnique({ where: { id } })).toMatchObject({ active: true, lockedAt: null });
    await decide(id, { locked: true });
    expect(await prisma().user.findUnique({ where: { id } })).toMatchObject({ active: false });
  });

  test('who was unlocked before the deletion comes back active', async () => {
    const source = await addSource();
    await read(source, ann);
    const [user] = await usersNow();
    await decide(user!.id, { locked: true });
    await decide(user!.id, { locked: false });
    await read(source);
    await read(source, ann);
    expect(await activeNow()).toEqual(FREE);
  });
});

test.each(['deactivate', 'keep'] as const)(
  'R15, policy %s: who was locked, removed and comes back is locked',
  async (removal) => {
    const source = await addSource('hr', { removal });
    await read(source, ann);
    await decide((await usersNow())[0]!.id, { locked: true });
    await read(source);
    await read(source, ann);
    expect(await activeNow()).toEqual(LOCKED);
  },
);

test('R11, policy delete: a protected user is not deleted, stays protected, and is the same when its record comes back', async () => {
  const source = await addSource();
  await read(source, ann);
  const [before] = await usersNow();
  await decide(before!.id, { protected: true });
  await read(source);
  await read(source, ann);
  expect(await usersNow()).toMatchObject([{ id: before!.id, protected: true, active: true }]);
});

test('nothing readable of a deleted person is kept with the lock', async () => {
  await lockedAndGone();
  const { rows } = await database.db.pool.query<{ text: string }>('SELECT l::text AS text FROM kept_locks l');
  expect(rows).toHaveLength(1);
  expect(rows[0]!.text).not.toContain('ann');
});
