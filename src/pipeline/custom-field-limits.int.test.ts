import { v7 as uuid } from 'uuid';
import { MAX_ATTRIBUTES } from '../domain/custom-fields.js';
import { pushAdapter } from '../sources/push/push.adapter.js';
import { createInbox } from '../tasks/inbox/inbox.store.js';
import { createEngine, type Engine, fullRead, type TestSource } from '../testing/worlds/engine.js';
import { problemsOf, usersOf } from '../testing/look.js';
import { recordsMessage } from '../testing/fakes/scripted-adapter.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

let database: TestDatabase;
let engine: Engine;
let source: TestSource;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db, { adapters: [pushAdapter({ inbox: createInbox(database.db) })] });
});
beforeEach(async () => {
  await database.reset();
  source = await engine.addSource('hr', { priority: 1, matchKeys: ['username'] });
});
afterAll(() => database.drop());

type Bag = Readonly<Record<string, unknown>>;

const many = (count: number, prefix: string): Bag =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`${prefix}${String(at).padStart(3, '0')}`, at]));
const text = (size: number) => 'x'.repeat(size);

async function say(fields: Bag, from = source) {
  from.script.delta = [recordsMessage('user', [{ uid: 'u1', username: 'ann', ...fields }])];
  return engine.sync(from, { mode: 'delta' });
}
async function read(fields: Bag, from = source) {
  from.script.full = fullRead({ user: [{ uid: 'u1', username: 'ann', ...fields }] });
  return engine.sync(from);
}
/** The fields of the row and of the known record. */
async function kept(from = source): Promise<{ row: Bag; known: unknown }> {
  const user = (await usersOf(database.db, from))['u1'];
  const [known] = await database.db.prisma.knownRecord.findMany({ where: { sourceId: from.id, kind: 'user' } });
  return { row: user?.attributes ?? {}, known: (known?.data as Bag)['attributes'] };
}
const problems = (taskId: string) => problemsOf(database.db, taskId);

describe('R2: the limits of custom fields hold for what is kept, over all that a source says', () => {
  test.each([
    ['deltas', say],
    ['full reads', read],
  ])('64 fields over several %s', async (_name, send) => {
    await send(many(40, 'k'));
    const { end, taskId } = await send({ ...many(24, 'm'), ...many(2, 'x'), title: 'Lead' });
    expect(end).toBe('partial');
    expect(await problems(taskId)).toEqual([
      'user/u1 update: attributes.x000 too_many_fields',
      'user/u1 update: attributes.x001 too_many_fields',
    ]);
    const all = { ...many(40, 'k'), ...many(24, 'm') };
    expect(await kept()).toEqual({ row: all, known: all });
    expect((await usersOf(database.db, source))['u1']).toMatchObject({ title: 'Lead' });
  });

  test('16 kB over several deltas: what is known stays, the rest of the record is taken', async () => {
    await say({ bio: text(9_000), photo: text(7_000), city: 'Ulm' });
    const { taskId } = await say({ bio: text(9_500), city: 'Bonn' });
    expect(await problems(taskId)).toEqual(['user/u1 update: attributes.bio too_large']);
    const all = { bio: text(9_000), photo: text(7_000), city: 'Bonn' };
    expect(await kept()).toEqual({ row: all, known: all });
  });

  test('pages of one task count together', async () => {
    source.script.delta = ['a', 'b', 'c'].map((prefix) =>
      recordsMessage('user', [{ uid: 'u1', ...many(40, prefix), [prefix]: text(3_000) }]),
    );
    const { end, counts } = await engine.sync(source, { mode: 'delta' });
    expect([end, counts['user']]).toMatchObject(['partial', { created: 1, skipped: 0 }]);
    const { row, known } = await kept();
    expect(Object.keys(row)).toHaveLength(MAX_ATTRIBUTES);
    expect(known).toEqual(row);
  });

  test('a field that is cleared makes room, and is forgotten', async () => {
    await say(many(64, 'k'));
    expect((await say({ k000: null, k001: null, city: 'Ulm' })).end).toBe('succeeded');
    const { row, known } = await kept();
    expect(row).toEqual({ ...Object.fromEntries(Object.entries(many(64, 'k')).slice(2)), city: 'Ulm' });
    expect(known).toEqual(row);
  });

  test('fields that are null do not pile up, in a new record and in a known one', async () => {
    for (const prefix of ['a', 'b', 'c']) {
      const nulls = Object.fromEntries(Object.keys(many(100, prefix)).map((name) => [name, null]));
      expect((await say({ ...nulls, list: [null], nested: { a: null } })).end).toBe('succeeded');
      const all = { list: [null], nested: { a: null } };
      expect(await kept()).toEqual({ row: all, known: all });
    }
    await say({ list: null, nested: null });
    expect(await kept()).toEqual({ row: {}, known: {} });
  });

  test('a field that is left out is named again until there is room for it', async () => {
    await read(many(64, 'k'));
    const more = { ...many(64, 'k'), z: 1 };
    for (const time of [1, 2]) {
      const { taskId } = await read(more);
      expect([time, await problems(taskId)]).toEqual([time, ['user/u1 keep: attributes.z too_many_fields']]);
    }
    expect((await read({ ...more, k000: null })).end).toBe('succeeded');
    expect((await kept()).row).toMatchObject({ z: 1 });
  });

  test('a plan that is made again names the same fields once', async () => {
    await read(many(64, 'k'));
    const { taskId } = await read({ z: 1 });
    await database.db.prisma.syncTask.update({ where: { id: taskId }, data: { status: 'queued' } });
    const { counts } = await engine.sync(source, { taskId });
    expect(counts['user']).toMatchObject({ fieldProblems: 1 });
    expect(await problems(taskId)).toEqual(['user/u1 keep: attributes.z too_many_fields']);
    expect(await kept()).toEqual({ row: many(64, 'k'), known: many(64, 'k') });
  });

  test('departments have the same limits', async () => {
    for (const prefix of ['a', 'b']) {
      source.script.delta = [recordsMessage('department', [{ uid: 'd', title: 'D', ...many(40, prefix) }])];
      await engine.sync(source, { mode: 'delta' });
    }
    const [row] = await database.db.prisma.department.findMany();
    expect(row?.attributes).toEqual({ ...many(40, 'a'), ...many(24, 'b') });
  });
});

test('R2: the result of a push names what does not fit beside earlier pushes', async () => {
  const api = await engine.addSource('clients', { type: 'push', config: {} });
  const send = async (fields: Bag) => {
    const row = { id: uuid(), sourceId: api.id, kind: 'user', records: [{ uid: 'u1', ...fields }] as object[] };
    await database.db.prisma.push.create({ data: { ...row, recordCount: 1 } });
    await engine.sync(api, { mode: 'delta' });
    return (await database.db.prisma.push.findUniqueOrThrow({ where: { id: row.id } })).result;
  };
  expect(await send(many(64, 'k'))).toMatchObject({ status: 'succeeded' });
  expect(await send({ z: 1, k000: 'new' })).toMatchObject({
    status: 'partial',
    resources: [
      {
        ...{ kind: 'user', all: 1, success: 1, failed: 0 },
        problems: [{ place: 0, problems: [{ field: 'attributes.z', code: 'too_many_fields' }] }],
      },
      { kind: 'membership' },
    ],
  });
  expect((await kept(api)).known).toEqual({ ...many(64, 'k'), k000: 'new' });
});

describe('R13: several sources of one user share the limits', () => {
  test.each([
    ['the higher one first', [0, 1]],
    ['the lower one first', [1, 0]],
  ])('those of the higher source come first: %s', async (_name, order) => {
    const crm = await engine.addSource('crm', { priority: 0, matchKeys: ['username'] });
    const both = [source, crm];
    const says = [many(40, 'z'), many(40, 'a')];
    const tasks: string[] = [];
    for (const at of order) tasks.push((await read(says[at]!, both[at])).taskId);
    const row = { ...many(40, 'z'), ...many(24, 'a') };
    expect(await kept(source)).toEqual({ row, known: many(40, 'z') });
    expect(await kept(crm)).toEqual({ row, known: many(40, 'a') });
    expect(await problems(tasks[1]!)).toHaveLength(16);
  });

  test('what had no room comes as soon as the other source is gone', async () => {
    const crm = await engine.addSource('crm', { priority: 0, matchKeys: ['username'] });
    await read(many(40, 'z'));
    await read(many(40, 'a'), crm);
    source.script.delta = [{ type: 'tombstones', kind: 'user', externalIds: ['u1'] }];
    await engine.sync(source, { mode: 'delta' });
    expect((await kept(crm)).row).toEqual({ ...many(40, 'a'), ...many(24, 'z') });
  });
});
