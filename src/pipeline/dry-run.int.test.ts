import { v7 as uuid } from 'uuid';
import type { SourceAdapter } from '../sources/source-adapter.js';
import { pushAdapter } from '../sources/push/push.adapter.js';
import { createInbox } from '../tasks/inbox/inbox.store.js';
import { createEngine, type Engine, fullRead, type SyncOptions, type TestSource } from '../testing/worlds/engine.js';
import { completeMessage, recordsMessage } from '../testing/fakes/scripted-adapter.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

/** R35: a dry run writes its own task, work list, problems and changes, and nothing else. */
let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await createTestDatabase();
  const inbox = createInbox(database.db);
  engine = createEngine(database.db, { adapters: [pushAdapter({ inbox }), hintedAdapter] });
});
beforeEach(() => database.reset());
afterAll(() => database.drop());

const prisma = () => database.db.prisma;

/** Reads the hinted objects in a delta. */
const hintedAdapter: SourceAdapter = {
  type: 'hinted',
  title: 'Hinted',
  configSchema: {} as never,
  cursorSchema: {} as never,
  capabilities: { kinds: ['user'], modes: ['delta'], resumable: false },
  check: () => Promise.resolve({ ok: true }),
  hooks: { receive: () => ({ accepted: false, code: 'unreadable' }) },
  async *read({ hints = [] }) {
    yield await Promise.resolve(
      recordsMessage(
        'user',
        hints.map(({ externalId }) => ({ uid: externalId, title: 'hinted' })),
      ),
    );
    yield { type: 'checkpoint', cursor: { at: 7 } };
  },
};

async function push(source: TestSource, records: readonly object[], kind = 'user'): Promise<string> {
  const row = { id: uuid(), sourceId: source.id, kind, records: [...records], recordCount: records.length };
  return (await prisma().push.create({ data: row })).id;
}
const addPushSource = () => engine.addSource('clients', { type: 'push', config: {} });
const resultOf = async (id: string) => prisma().push.findUniqueOrThrow({ where: { id } });

describe('R35, R44: a dry run of a push source', () => {
  test('plans what waits; the next delta applies it and answers it', async () => {
    const source = await addPushSource();
    const id = await push(source, [{ uid: 'u1', title: 'A' }]);
    const dry = await engine.sync(source, { mode: 'delta', dryRun: true });
    expect(dry.counts['user']).toMatchObject({ seen: 1, created: 1 });
    expect(await resultOf(id)).toMatchObject({ taskId: null, finishedAt: null, result: null });
    expect(await prisma().user.count()).toBe(0);
    const real = await engine.sync(source, { mode: 'delta' });
    expect(real.counts['user']).toMatchObject({ created: 1 });
    expect(await resultOf(id)).toMatchObject({ taskId: real.taskId, result: { status: 'succeeded' } });
  });

  test('again and again, then retried, then for real: each push is applied once and in its order', async () => {
    const source = await addPushSource();
    const first = await push(source, [{ uid: 'u1', title: 'old' }]);
    const dry = await engine.sync(source, { mode: 'delta', dryRun: true });
    const second = await push(source, [{ uid: 'u1', title: 'new' }]);
    await engine.sync(source, { mode: 'delta', dryRun: true });
    const again = await engine.sync(source, { mode: 'delta', dryRun: true, taskId: dry.taskId });
    expect(again.counts['user']).toMatchObject({ seen: 1 });
    await engine.sync(source, { mode: 'delta' });
    expect((await prisma().user.findFirstOrThrow()).title).toBe('new');
    for (const id of [first, second]) expect(await resultOf(id)).toMatchObject({ result: { status: 'succeeded' } });
  });

  test('reads 1,200 waiting pushes in their order, and takes none', async () => {
    const source = await addPushSource();
    await prisma().push.createMany({
      data: Array.from({ length: 1_200 }, (_, at) => {
        return {
          id: uuid(),
          sourceId: source.id,
          kind: 'user',
          records: [{ uid: `u${at % 600}`, title: `${at}` }],
          recordCount: 1,
        };
      }),
    });
    const dry = await engine.sync(source, { mode: 'delta', dryRun: true });
    expect(dry.counts['user']).toMatchObject({ seen: 600, created: 600 });
    const line = await prisma().change.findFirstOrThrow({ where: { taskId: dry.taskId, externalId: 'u0' } });
    expect(line.after).toMatchObject({ title: '600' });
    expect(await prisma().push.count({ where: { taskId: null, finishedAt: null } })).toBe(1_200);
  });

  test('a worker that claims for a dry run gets nothing, whichever adapter asks', async () => {
    const source = await addPushSource();
    await push(source, [{ uid: 'u1' }]);
    const task = {
      id: uuid(),
      batch: 'b',
      sourceId: source.id,
      trigger: 'manual',
      mode: 'delta',
      dryRun: true,
      status: 'pulling',
    };
    await prisma().syncTask.create({ data: task });
    await createInbox(database.db).claim(task.id, source.id, new AbortController().signal);
    expect(await prisma().push.count({ where: { taskId: null } })).toBe(1);
  });
});

/** The rows that a dry run must not change. */
const KEPT_TABLES = [
  'sources',
  'users',
  'departments',
  'memberships',
  'known_records',
  'pending_references',
  'pushes',
  'hints',
  'erasures',
  'counters',
  'rate_marks',
  'audit_entries',
];

async function digest(): Promise<unknown> {
  const parts = KEPT_TABLES.map(
    (table) => `SELECT '${table}', count(*)::int, md5(string_agg(r::text, ',' ORDER BY r::text)) FROM ${table} r`,
  );
  return (await database.db.pool.query(parts.join(' UNION ALL '))).rows;
}

const people = [
  { uid: 'a', username: 'ann', email: 'ann@x.com', departments: ['d'], managerUid: 'b' },
  { uid: 'b', username: 'bo', departments: ['later'] },
  { uid: 'c', username: 'cy', active: false },
];

/** A source with links, waiting references, removals of the day and a cursor. */
async function addLivingSource(removal: 'deactivate' | 'delete' | 'keep' = 'deactivate'): Promise<TestSource> {
  const source = await engine.addSource('hr', { matchKeys: ['username'], removal });
  source.script.full = fullRead({ department: [{ uid: 'd', title: 'D' }], user: [...people, { uid: 'gone' }] });
  await engine.sync(source);
  source.script.delta = [{ type: 'tombstones', kind: 'user', externalIds: ['gone'] }];
  await engine.sync(source, { mode: 'delta' });
  return source;
}

interface Scene {
  readonly says?: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  readonly removal?: 'deactivate' | 'delete' | 'keep';
  readonly options?: SyncOptions;
}

describe('R35: a dry run changes nothing but its own task', () => {
  test.each<readonly [string, Scene]>([
    ['nothing moved', { says: { department: [{ uid: 'd', title: 'D' }], user: people } }],
    ['an empty source', { says: { department: [], user: [] } }],
    ['everyone gone, policy delete', { says: { department: [], user: [] }, removal: 'delete' }],
    ['everyone gone, policy keep', { says: { department: [], user: [] }, removal: 'keep' }],
    ['a person comes back', { says: { user: [...people, { uid: 'gone', title: 'Back' }] } }],
    [
      'a department comes that people wait for',
      {
        says: {
          department: [
            { uid: 'd', title: 'D' },
            { uid: 'later', title: 'L' },
          ],
        },
      },
    ],
    ['a department goes', { says: { department: [] } }],
    [
      'values swap',
      {
        says: {
          user: [
            { ...people[0]!, username: 'bo' },
            { ...people[1]!, username: 'ann' },
          ],
        },
      },
    ],
    ['a new id finds an account by a match key', { says: { user: [{ uid: 'z', username: 'ann' }] } }],
    ['bad records', { says: { user: [{ uid: 'a', active: 'no' }, { uid: '' }] } }],
    ['a delta with tombstones', { options: { mode: 'delta' } }],
  ])('%s', async (_name, { says, removal, options }) => {
    const source = await addLivingSource(removal);
    if (says) source.script.full = fullRead(says);
    source.script.delta = [
      recordsMessage('user', [{ uid: 'a', title: 'Lead' }]),
      { type: 'tombstones', kind: 'user', externalIds: ['b', 'c'] },
    ];
    const before = await digest();
    const { end, taskId } = await engine.sync(source, { ...options, dryRun: true });
    expect(end).toMatch(/succeeded|partial/);
    expect(await prisma().change.count({ where: { taskId, outcome: 'applied' } })).toBe(0);
    expect(await digest()).toEqual(before);
  });

  test('an undo', async () => {
    const source = await addLivingSource();
    const task = await prisma().syncTask.findFirstOrThrow({ orderBy: { id: 'asc' } });
    const before = await digest();
    const { counts } = await engine.sync(source, { undoes: task.id, dryRun: true });
    expect(counts['user']!.removed).toBeGreaterThan(0);
    expect(await digest()).toEqual(before);
  });

  test('a delta of hints: it reads those that wait and those that a failed task left, and takes none', async () => {
    const source = await engine.addSource('corp', { type: 'hinted', config: {} });
    const failed = { id: uuid(), batch: 'f', sourceId: source.id, trigger: 'push', mode: 'delta', status: 'failed' };
    await prisma().syncTask.create({ data: failed });
    const hint = { sourceId: source.id, kind: 'user' };
    await prisma().hint.createMany({
      data: [
        { ...hint, externalId: 'waits' },
        { ...hint, externalId: 'left', taskId: failed.id },
      ],
    });
    const before = await digest();
    const dry = await engine.sync(source, { mode: 'delta', dryRun: true });
    expect(await digest()).toEqual(before);
    const real = await engine.sync(source, { mode: 'delta' });
    expect(dry.counts['user']).toEqual(real.counts['user']);
    expect(dry.counts['user']).toMatchObject({ seen: 2, created: 2 });
  });

  test('a read that stops early, and the sync after it reads from the old cursor', async () => {
    const source = await addLivingSource();
    const { cursor } = await prisma().source.findUniqueOrThrow({ where: { id: source.id } });
    source.script.full = [recordsMessage('user', people), completeMessage('user')];
    source.script.failAfter(1, new Error('cut'));
    const before = await digest();
    await expect(engine.sync(source, { dryRun: true })).rejects.toThrow('cut');
    expect(await digest()).toEqual(before);
    await prisma().syncTask.updateMany({ where: { status: 'pulling' }, data: { status: 'failed' } });
    source.script.delta = [];
    await engine.sync(source, { mode: 'delta' });
    expect(source.script.requests.at(-1)).toMatchObject({ since: cursor, dryRun: false });
  });
});
