import { v7 as uuidv7 } from 'uuid';
import { pushAdapter } from '../../sources/push/push.adapter.js';
import { createEngine, type Engine, fullRead } from '../../testing/worlds/engine.js';
import { usersOf } from '../../testing/look.js';
import { SILENT } from '../../testing/worlds/task-world.js';
import { createTestDatabase, type TestDatabase } from '../../testing/servers/test-database.js';
import { createInbox } from '../inbox/inbox.store.js';
import { prune } from './prune.js';
import { requeueTask } from '../life/retry-task.store.js';

/** Retries of tasks after a prune, with the real pipeline. */
let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db, { adapters: [pushAdapter({ inbox: createInbox(database.db) })] });
});
beforeEach(() => database.reset());
afterAll(() => database.drop());

const age = (taskId: string, days: number) =>
  database.db.pool.query(
    `WITH t AS (UPDATE sync_tasks SET finished_at = finished_at - $2 * interval '1 day',
                  read_started_at = read_started_at - $2 * interval '1 day' WHERE id = $1),
          k AS (UPDATE known_records SET applied_at = applied_at - $2 * interval '1 day' WHERE task_id = $1)
     UPDATE pushes SET finished_at = finished_at - $2 * interval '1 day' WHERE task_id = $1`,
    [taskId, days],
  );
const pruneNow = () => prune({ db: database.db, logger: SILENT });
const requeue = (taskId: string) => requeueTask(database.db.prisma, { taskId, fromStart: false });

test.each([
  [13, 'goes on with its read', 1, 'Old'],
  [15, 'reads the source again', 2, 'New'],
])('R42: a partial task of %i days that is retried %s', async (days, _, reads, title) => {
  const source = await engine.addSource('hr');
  const bad = { uid: 'b', active: 1 };
  source.script.full = fullRead({ user: [{ uid: 'a', title: 'Old' }, bad] });
  const { taskId, end } = await engine.sync(source);
  expect(end).toBe('partial');
  await age(taskId, days);
  await pruneNow();
  source.script.full = fullRead({ user: [{ uid: 'a', title: 'New' }, { uid: 'b' }] });
  await requeue(taskId);
  expect((await engine.sync(source, { taskId })).end).toBe(reads === 2 ? 'succeeded' : 'partial');
  expect(source.script.requests).toHaveLength(reads);
  expect(source.script.requests.at(-1)).toMatchObject({ resumeFrom: null });
  expect(await usersOf(database.db, source)).toMatchObject({ a: { title } });
});

test('R47: after a prune, an old push that is retried still does not win over a newer one', async () => {
  const api = await engine.addSource('clients', { type: 'push', config: {} });
  const drain = (taskId?: string) => engine.sync(api, { mode: 'delta', ...(taskId ? { taskId } : {}) });
  await push(api.id, [{ uid: 'a', title: 'Newest' }]);
  const first = await drain();
  await age(first.taskId, 29);
  await push(api.id, [{ uid: 'a', title: 'Old' }]);
  const failed = await failWhileReading(api.id);
  await age(failed, 20);
  // The newer push changes nothing: only the staged records of its task show it.
  await push(api.id, [{ uid: 'a', title: 'Newest' }]);
  await age((await drain()).taskId, 19);
  await pruneNow();
  await requeue(failed);
  await drain(failed);
  expect(await usersOf(database.db, api)).toMatchObject({ a: { title: 'Newest' } });
});

test('R44: a task whose pushes are pruned takes waiting ones as new when it is retried', async () => {
  const api = await engine.addSource('clients', { type: 'push', config: {} });
  const drain = (taskId?: string) => engine.sync(api, { mode: 'delta', ...(taskId ? { taskId } : {}) });
  await push(api.id, [{ uid: 'a', title: 'Old' }]);
  const failed = await failWhileReading(api.id);
  await age(failed, 40);
  await push(api.id, [{ uid: 'a', title: 'Later' }]);
  await drain();
  await pruneNow();
  await push(api.id, [{ uid: 'a', title: 'Newest' }]);
  await requeue(failed);
  await drain(failed);
  expect(await usersOf(database.db, api)).toMatchObject({ a: { title: 'Newest' } });
});

async function push(sourceId: string, records: object[]): Promise<void> {
  const row = { id: uuidv7(), sourceId, kind: 'user', records, recordCount: records.length };
  await database.db.prisma.push.create({ data: row });
}

/** A task that took the waiting pushes and failed before it had read them. */
async function failWhileReading(sourceId: string): Promise<string> {
  const id = uuidv7();
  const row = { id, batch: id, sourceId, trigger: 'push', mode: 'delta', status: 'failed', readStartedAt: new Date() };
  await database.db.prisma.syncTask.create({ data: { ...row, finishedAt: new Date() } });
  const result = { result: { status: 'failed' }, finishedAt: new Date() };
  await database.db.prisma.push.updateMany({ where: { sourceId, taskId: null }, data: { taskId: id, ...result } });
  return id;
}
