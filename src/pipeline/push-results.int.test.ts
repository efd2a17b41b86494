import { v7 as uuid } from 'uuid';
import { pushAdapter } from '../sources/push/push.adapter.js';
import { createEngine, type Engine, type TestSource } from '../testing/worlds/engine.js';
import { usersOf } from '../testing/look.js';
import { createInbox } from '../tasks/inbox/inbox.store.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';
import { inTransaction, type Tx } from '../platform/db.js';
import { savePushResults } from './finish/push-results.store.js';
import type { RunContext } from './run-context.js';

let database: TestDatabase;
let engine: Engine;
let api: TestSource;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db, { adapters: [pushAdapter({ inbox: createInbox(database.db) })] });
});
beforeEach(async () => {
  await database.reset();
  api = await engine.addSource('clients', { type: 'push', config: {} });
});
afterAll(() => database.drop());

const prisma = () => database.db.prisma;

async function push(kind: string, records: readonly object[], matchKey: string | null = null) {
  const row = {
    id: uuid(),
    sourceId: api.id,
    kind,
    matchKey,
    records: records as object[],
    recordCount: records.length,
  };
  return (await prisma().push.create({ data: row })).id;
}
const drain = (taskId?: string) => engine.sync(api, { mode: 'delta', ...(taskId ? { taskId } : {}) });
const resultOf = async (id: string) => (await prisma().push.findUniqueOrThrow({ where: { id } })).result;
const fine = (kind: string, all: number) => ({ kind, all, success: all, failed: 0, failedRecords: [], problems: [] });

test('a user push tells of users, then memberships; a department push only of departments', async () => {
  const departments = await push('department', [{ uid: 'd', title: 'D' }]);
  const users = await push('user', [{ uid: 'u1', departments: ['d'] }, { uid: 2 }]);
  const { taskId, end } = await drain();
  expect(end).toBe('succeeded');
  expect(await resultOf(departments)).toEqual({ status: 'succeeded', taskId, resources: [fine('department', 1)] });
  expect(await resultOf(users)).toEqual({
    status: 'succeeded',
    taskId,
    resources: [fine('user', 2), fine('membership', 2)],
  });
});

test('all counts different ids, not lines', async () => {
  const id = await push('user', [{ uid: 'u1' }, { uid: 'u2' }, { uid: 'u1', title: 'B' }]);
  await drain();
  expect(await resultOf(id)).toMatchObject({
    resources: [{ kind: 'user', all: 2, success: 2 }, { kind: 'membership' }],
  });
});

test('failed records come back as sent, with code and message, each with its own push', async () => {
  const bad = { uid: 'u1', isDeleted: 'false', nickname: 'Ann' };
  const nameless = { username: 'x' };
  const first = await push('user', [bad, nameless, { uid: 'u2' }]);
  const second = await push('user', [{ uid: 'u3' }]);
  const { end } = await drain();
  expect(end).toBe('partial');
  expect(await resultOf(first)).toMatchObject({
    status: 'partial',
    resources: [
      {
        kind: 'user',
        all: 3,
        success: 1,
        failed: 2,
        failedRecords: [
          { record: bad, code: 'invalid_boolean', message: expect.stringMatching(/^isDeleted /) as string },
          { record: nameless, code: 'missing_uid', message: expect.any(String) as string },
        ],
      },
      { kind: 'membership', all: 2, success: 1, failed: 1, failedRecords: [{ record: bad, code: 'invalid_boolean' }] },
    ],
  });
  expect(await resultOf(second)).toMatchObject({
    status: 'succeeded',
    resources: [fine('user', 1), fine('membership', 1)],
  });
});

test('a record that fails after validation is reported too', async () => {
  await prisma().user.create({ data: { id: uuid(), username: 'ann', usernameKey: 'ann', protected: true } });
  const id = await push('user', [{ uid: 7, username: 'Ann' }], 'username');
  await drain();
  expect(await resultOf(id)).toMatchObject({
    resources: [{ kind: 'user', failed: 1, failedRecords: [{ record: { uid: 7 }, code: 'protected' }] }, {}],
  });
});

test('R11: a protected user stays active, and the push says that `active` is refused', async () => {
  await push('user', [{ uid: 'u1' }, { uid: 'u2' }]);
  await drain();
  await prisma().user.updateMany({ data: { protected: true } });
  const id = await push('user', [
    { uid: 'u1', active: false, title: 'B' },
    { uid: 'u2', active: true },
  ]);
  const { end, counts } = await drain();
  expect(end).toBe('partial');
  expect(counts['user']).toMatchObject({ fieldProblems: 1, updated: 1, skipped: 0 });
  expect(await usersOf(database.db, api)).toMatchObject({ u1: { title: 'B', active: true }, u2: { active: true } });
  const problems = [{ field: 'active', code: 'protected', message: expect.any(String) as string }];
  const resources = [{ all: 2, success: 2, failed: 0, problems: [{ place: 0, problems }] }, {}];
  expect(await resultOf(id)).toMatchObject({ status: 'partial', resources });
  await prisma().user.updateMany({ data: { protected: false } });
  await push('user', [{ uid: 'u1', title: 'B' }]);
  expect((await drain()).end).toBe('succeeded');
  expect(await usersOf(database.db, api)).toMatchObject({ u1: { active: false } });
});

test('R6: pushes are drained in order of arrival, the last word wins over pushes', async () => {
  await push('user', [{ uid: 'u1', title: 'A', city: 'Ulm' }]);
  await push('user', [{ uid: 'u1', isDeleted: true }]);
  await push('user', [{ uid: 'u1', title: 'B' }]);
  const { counts } = await drain();
  expect(counts['user']).toMatchObject({ seen: 1, created: 1 });
  expect(await usersOf(database.db, api)).toMatchObject({ u1: { title: 'B', active: true } });
});

test('R14: deleting an unknown id creates nothing and is no failure; twice is once; a return is the same user', async () => {
  const unknown = await push('user', [{ uid: 'never', isDeleted: true }]);
  await push('user', [{ uid: 'u1', title: 'A' }]);
  await drain();
  expect(await resultOf(unknown)).toMatchObject({ status: 'succeeded', resources: [fine('user', 1), {}] });
  expect(await prisma().user.count()).toBe(1);
  const { id } = (await usersOf(database.db, api))['u1']!;
  for (const removed of [1, 0]) {
    await push('user', [{ uid: 'u1', isDeleted: true }]);
    const { counts } = await drain();
    expect(counts['user']).toMatchObject({ removed, unchanged: 1 - removed, created: 0 });
  }
  expect(await usersOf(database.db, api)).toMatchObject({ u1: { active: false } });
  await push('user', [{ uid: 'u1' }]);
  const back = await drain();
  expect(back.counts['user']).toMatchObject({ restored: 1 });
  expect(await usersOf(database.db, api)).toMatchObject({ u1: { id, active: true, title: 'A' } });
});

test.each(['true', 1, 'false', 0])('R4: isDeleted %j is an error, never a delete', async (isDeleted) => {
  await push('user', [{ uid: 'u1' }]);
  await drain();
  const id = await push('user', [{ uid: 'u1', isDeleted }]);
  await drain();
  expect(await resultOf(id)).toMatchObject({ resources: [{ failed: 1 }, {}] });
  expect(await usersOf(database.db, api)).toMatchObject({ u1: { active: true } });
});

test('R10: a push may name its match key', async () => {
  const { id } = await prisma().user.create({ data: { id: uuid(), email: 'ann@x.com', emailKey: 'ann@x.com' } });
  await push('user', [{ uid: 'u1', email: 'Ann@X.com' }], 'email');
  await drain();
  expect((await usersOf(database.db, api))['u1']?.id).toBe(id);
});

test('R42: a retry of a partial task takes what it has and tells again', async () => {
  await prisma().user.create({ data: { id: uuid(), username: 'ann', usernameKey: 'ann', protected: true } });
  const records = [{ uid: 'u1', username: 'ann' }, { uid: 'u2', isDeleted: 'x' }, { uid: 'u3' }];
  const id = await push('user', records, 'username');
  const first = await drain();
  expect(first.counts['user']).toMatchObject({ created: 1, skipped: 2 });
  await prisma().user.deleteMany({ where: { usernameKey: 'ann' } });
  await prisma().push.updateMany({ data: { result: { status: 'none' }, finishedAt: null } });
  await prisma().syncTask.update({ where: { id: first.taskId }, data: { status: 'queued' } });
  const second = await drain(first.taskId);
  expect(second.end).toBe('partial');
  expect(second.counts['user']).toMatchObject({ seen: 3, created: 2, skipped: 1, unchanged: 0 });
  expect(await resultOf(id)).toMatchObject({ status: 'partial', resources: [{ all: 3, success: 2, failed: 1 }, {}] });
});

test('20,000 records of one task, half of them in trouble, are judged in a few looks at the plan', async () => {
  const { taskId } = await drain();
  const ids = [uuid(), uuid()];
  for (const [at, id] of ids.entries()) await insertManyPushed({ id, taskId, from: at * 10_000 });
  const counts = async (tx: Tx) =>
    (
      await tx.$queryRaw<{ scans: number; rows: number }[]>`
      SELECT (seq_scan + coalesce(idx_scan, 0))::int AS scans, (seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS rows
      FROM pg_stat_xact_user_tables WHERE relname = 'changes'`
    )[0]!;
  const context = { task: { id: taskId }, targets: engine.deps.targets } as unknown as RunContext;
  const { scans, rows } = await inTransaction(database.db, async (tx) => {
    const before = await counts(tx);
    await savePushResults(tx, context, 'partial');
    const after = await counts(tx);
    return { scans: after.scans - before.scans, rows: after.rows - before.rows };
  });
  expect(scans).toBeLessThan(10);
  expect(rows).toBeLessThan(60_000);
  for (const id of ids) {
    const { resources } = (await resultOf(id)) as { resources: { failedRecords: unknown[] }[] };
    expect(resources).toMatchObject([
      { kind: 'user', all: 10_000, success: 5_000, failed: 5_000 },
      { kind: 'membership', all: 10_000, success: 5_000, failed: 5_000 },
    ]);
    expect(resources[0]?.failedRecords).toHaveLength(5_000);
  }
});

/** A push of 10,000 people; the plan skips every second one. */
async function insertManyPushed({ id, taskId, from }: { id: string; taskId: string; from: number }): Promise<void> {
  await prisma().$executeRaw`
    INSERT INTO pushes (id, source_id, task_id, kind, records, record_count)
    SELECT ${id}::uuid, ${api.id}::uuid, ${taskId}::uuid, 'user', jsonb_agg(jsonb_build_object('uid', 'u' || n)), 10000
    FROM generate_series(${from + 1}::int, ${from + 10_000}::int) AS n`;
  await prisma().$executeRaw`
    INSERT INTO changes (task_id, rank, target, kind, external_id, action, code, message, origin)
    SELECT ${taskId}::uuid, 3, 'users', 'user', 'u' || n, 'skip', 'invalid_field', 'no', NULL
    FROM generate_series(${from + 1}::int, ${from + 10_000}::int, 2) AS n`;
}
