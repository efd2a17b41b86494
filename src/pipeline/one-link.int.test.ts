import { createEngine, type Engine, fullRead, type SourceSettings, type TestSource } from '../testing/worlds/engine.js';
import { skippedOf, usersOf } from '../testing/look.js';
import { recordsMessage } from '../testing/fakes/scripted-adapter.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

/** R10: a row has at most one live link of a source, in any order in which its records are added and removed. */
let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
});
beforeEach(() => database.reset());
afterEach(async () => expect(await doubleLinks()).toEqual([]));
afterAll(() => database.drop());

type Records = readonly Readonly<Record<string, unknown>>[];

const prisma = () => database.db.prisma;
const addSource = (settings: SourceSettings = {}) => engine.addSource('hr', { matchKeys: ['email'], ...settings });
const seen = (source: TestSource) => usersOf(database.db, source);
const other = { uid: 'other' };
const old = { uid: 'old', email: 'ann@x.com', title: 'old' };
const made = { uid: 'made', email: 'ann@x.com', title: 'made' };

async function doubleLinks(): Promise<readonly unknown[]> {
  const { rows } = await database.db.pool.query<Record<string, string>>(
    `SELECT source_id, kind, target_id FROM known_records WHERE removed_at IS NULL
     GROUP BY 1, 2, 3 HAVING count(*) > 1`,
  );
  return rows;
}

async function read(source: TestSource, ...user: Records) {
  source.script.full = fullRead({ user: [other, ...user] });
  return engine.sync(source);
}

async function say(source: TestSource, records: Records, gone: readonly string[] = []) {
  source.script.delta = [recordsMessage('user', records), { type: 'tombstones', kind: 'user', externalIds: gone }];
  return engine.sync(source, { mode: 'delta' });
}

/** A match key moved the account of `old` to `made`. */
async function adopted(settings: SourceSettings = {}): Promise<{ source: TestSource; id: string }> {
  const source = await addSource(settings);
  await read(source, old);
  await read(source);
  await read(source, made);
  const users = await seen(source);
  expect(users).toMatchObject({ made: { linked: true }, old: { linked: false, id: users['made']!.id } });
  return { source, id: users['made']!.id };
}

describe.each(['deactivate', 'keep'] as const)(
  'R10, policy %s: an id returns whose account another id adopted',
  (removal) => {
    test('with the same match key: skipped as match_taken; the account and its link stay', async () => {
      const { source, id } = await adopted({ removal });
      const { taskId } = await read(source, made, old);
      expect(await skippedOf(database.db, taskId)).toEqual(['user/old: match_taken']);
      expect(await seen(source)).toMatchObject({
        made: { id, linked: true, active: true, title: 'made' },
        old: { linked: false },
      });
    });

    test('and goes again: the active person stays active', async () => {
      const { source, id } = await adopted({ removal });
      await read(source, made, old);
      await read(source, made);
      await say(source, [old]);
      await say(source, [], ['old']);
      expect(await seen(source)).toMatchObject({ made: { id, linked: true, active: true } });
    });

    test('with a match key of its own: a person of its own', async () => {
      const { source, id } = await adopted({ removal });
      const { counts } = await read(source, made, { ...old, email: 'ann.old@x.com', username: 'ann2' });
      expect(counts['user']).toMatchObject({ created: 1, restored: 0, skipped: 0 });
      const users = await seen(source);
      expect(users).toMatchObject({
        made: { id, title: 'made' },
        old: { linked: true, title: 'old', email: 'ann.old@x.com' },
      });
      expect(users['old']!.id).not.toBe(id);
      const { counts: gone } = await read(source, made);
      expect(gone['user']).toMatchObject({ removed: 1 });
      expect((await prisma().user.findUniqueOrThrow({ where: { id } })).active).toBe(true);
    });
  },
);

test('R10: a returning id of its own person is linked to it from then on, its manager and reports too', async () => {
  const { source } = await adopted();
  const returned = { uid: 'old', email: 'ann.old@x.com', title: 'old' };
  await read(source, made, returned, { uid: 'report', managerUid: 'old' });
  const users = await seen(source);
  expect(users).toMatchObject({ report: { manager: 'old' }, old: { linked: true } });
  await read(source, made, { ...returned, title: 'changed' }, { uid: 'report', managerUid: 'old' });
  expect(await seen(source)).toMatchObject({
    old: { id: users['old']!.id, title: 'changed' },
    made: { title: 'made' },
  });
});

test('R10: a former id returns in the task in which a new one finds its account: the former one has it', async () => {
  const source = await addSource();
  await read(source, old);
  const { id } = (await seen(source))['old']!;
  await read(source);
  const { taskId } = await read(source, made, old);
  expect(await skippedOf(database.db, taskId)).toEqual(['user/made: match_taken']);
  expect(await seen(source)).toMatchObject({ old: { id, linked: true, active: true } });
});

test('R10: two former ids of one account return in one task: the one that had it last has it', async () => {
  const { source, id } = await adopted();
  await read(source);
  const { taskId } = await read(source, made, old);
  expect(await skippedOf(database.db, taskId)).toEqual(['user/old: match_taken']);
  expect(await seen(source)).toMatchObject({ made: { id, linked: true, active: true }, old: { linked: false } });
});

test('R10: the account passes back when the id that adopted it is gone', async () => {
  const { source, id } = await adopted();
  await read(source, old);
  await read(source, old);
  expect(await seen(source)).toMatchObject({ old: { id, linked: true, active: true }, made: { linked: false } });
});

test('R10: in deltas and with the key of a push likewise', async () => {
  const source = await addSource();
  await say(source, [other, old]);
  await say(source, [], ['old']);
  await say(source, [made]);
  const { taskId } = await say(source, [old]);
  expect(await skippedOf(database.db, taskId)).toEqual(['user/old: match_taken']);
  await say(source, [], ['old']);
  expect(await seen(source)).toMatchObject({ made: { linked: true, active: true } });
});

test('R10: many ids take turns at one account', async () => {
  const source = await addSource();
  for (const turn of ['a', 'b', 'c', 'a', 'c', 'b', 'a']) {
    await say(source, [{ uid: turn, email: 'ann@x.com' }]);
    expect(await doubleLinks()).toEqual([]);
    await say(source, [], [turn]);
  }
  await say(source, [
    { uid: 'a', email: 'ann@x.com' },
    { uid: 'b', email: 'ann@x.com' },
    { uid: 'c', email: 'ann@x.com' },
  ]);
  expect(Object.values(await seen(source)).filter(({ linked }) => linked)).toHaveLength(1);
  expect(await prisma().user.count()).toBe(1);
});

test('R10: the undo of a removal does not link an account that another id adopted since', async () => {
  const source = await addSource();
  const crm = await engine.addSource('crm', { matchKeys: ['email'], priority: -1 });
  await read(source, old);
  // Another source keeps the account in force, so that the removal changes no field.
  crm.script.full = fullRead({ user: [{ uid: 'c', email: 'ann@x.com' }] });
  await engine.sync(crm);
  const removal = await read(source);
  await read(source, made);
  const { taskId, end } = await engine.sync(source, { undoes: removal.taskId });
  expect(end).toBe('partial');
  expect(await skippedOf(database.db, taskId)).toEqual(['user/old: changed_since']);
  expect(await seen(source)).toMatchObject({ made: { linked: true, active: true }, old: { linked: false } });
});

test('R10: two sources may link one account; each has one link', async () => {
  const { source, id } = await adopted();
  const crm = await engine.addSource('crm', { matchKeys: ['email'] });
  crm.script.full = fullRead({ user: [{ uid: 'c', email: 'ann@x.com' }] });
  await engine.sync(crm);
  expect(await seen(crm)).toMatchObject({ c: { id, linked: true } });
  await read(source, made, old);
  expect(await seen(source)).toMatchObject({ made: { id, linked: true }, old: { linked: false } });
});
