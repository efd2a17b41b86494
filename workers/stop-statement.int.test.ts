import { runTask } from '../src/pipeline/run-task.js';
import type { ApiClient } from '../src/testing/worlds/api-client.js';
import { type ApiWithQueue, startApiWithQueue } from '../src/testing/worlds/api-with-queue.js';
import { type Db, openDb } from '../src/platform/db.js';
import { type RunningWorker, startWorker } from './start-worker.js';

let world: ApiWithQueue;
let api: ApiWithQueue['api'];
let queue: ApiWithQueue['queue'];
let sql: ApiWithQueue['sql'];
let worker: RunningWorker;
let pusher: ApiClient;
let operator: ApiClient;

beforeAll(async () => {
  world = await startApiWithQueue();
  ({ api, queue, sql } = world);
  const { deps } = api;
  worker = startWorker(
    { ...deps, queue, runTask: (run) => runTask(deps, run) },
    { name: 'w1', concurrency: 2, heartbeatMs: 100, maintenance: { everyMs: 200 } },
  );
  pusher = await api.as('operator', { sourceId: await sourceId(), pushOnly: true });
  operator = await api.as('operator');
});
// A statement that still sleeps, after a test that failed, would keep the trigger's table locked.
afterEach(async () => {
  await sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event = 'PgSleep'`);
  for (const table of TABLES) await sql(`DROP TRIGGER IF EXISTS slow ON ${table}`);
});
afterAll(async () => {
  await worker?.stop();
  await world?.stop();
});

/** One for each phase, in the order of a task. */
const TABLES = ['staged_records', 'changes', 'departments', 'known_records', 'pushes'] as const;

async function sourceId(): Promise<string> {
  const [row] = await sql<{ id: string }>(`SELECT id FROM sources WHERE name = 'api'`);
  return row!.id;
}

/** Statements of the test's database that sleep, as a statement that takes long. */
const sleeping = async () =>
  (await sql(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`)).length;

async function until(what: string, isTrue: () => Promise<boolean>, withinMs = 30_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** @returns the id of the push. */
async function push(records: readonly object[]): Promise<string> {
  const { status, body } = await pusher.post('/sources/api/records', { kind: 'department', records });
  expect(status).toBe(202);
  return (body as { pushId: string }).pushId;
}

async function makeSlow(table: (typeof TABLES)[number], seconds: number): Promise<void> {
  await sql(`CREATE OR REPLACE FUNCTION sleep_long() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(${seconds}); RETURN NULL; END $$`);
  // A push is also written when it is taken and when its task is cancelled.
  const when =
    table === 'pushes'
      ? `UPDATE OF result ON pushes FOR EACH ROW WHEN (NEW.result->>'status' <> 'cancelled')`
      : `INSERT OR UPDATE ON ${table} FOR EACH STATEMENT`;
  await sql(`CREATE TRIGGER slow AFTER ${when} EXECUTE FUNCTION sleep_long()`);
}

interface PushRow {
  readonly result: { readonly status: string; readonly error?: { readonly code: string } } | null;
  readonly task_id: string | null;
}

const statusOf = async (taskId: string) =>
  (
    await sql<{ status: string; heartbeat_at: Date }>(`SELECT status, heartbeat_at FROM sync_tasks WHERE id = $1`, [
      taskId,
    ])
  )[0]!;

/** @returns the id of the task that is at work: a push may wait behind a task that goes on with earlier ones. */
async function pushIntoSlow(table: (typeof TABLES)[number]): Promise<string> {
  await makeSlow(table, 60);
  await push([{ uid: `d-${table}`, title: 'Sales' }]);
  await until('a statement that takes long', async () => (await sleeping()) > 0);
  const [task] = await sql<{ id: string }>(
    `SELECT id FROM sync_tasks WHERE status IN ('pulling', 'planning', 'applying')`,
  );
  return task!.id;
}

describe('R43: a statement that takes long', () => {
  test.each(TABLES)('on %s: heartbeat goes on, cancel answers at once, PostgreSQL ends it', async (table) => {
    const taskId = await pushIntoSlow(table);
    const before = await statusOf(taskId);
    await until('heartbeat', async () => (await statusOf(taskId)).heartbeat_at > before.heartbeat_at, 5_000);
    const asked = performance.now();
    const { status } = await operator.post(`/tasks/${taskId}/cancel`);
    expect(status).toBe(202);
    expect(performance.now() - asked).toBeLessThan(2_000);
    await until('no statement', async () => (await sleeping()) === 0, 10_000);
    await until('cancelled', async () => (await statusOf(taskId)).status === 'cancelled', 10_000);
    expect(performance.now() - asked).toBeLessThan(10_000);
  });
});

describe('R42: a statement longer than the limit', () => {
  let db: Db;
  beforeAll(async () => {
    await worker.stop();
    db = openDb({ url: api.database.url, statementWithinMs: 500, lockWithinMs: 250 });
    const deps = { ...api.deps, db };
    worker = startWorker(
      { ...deps, queue, runTask: (run) => runTask(deps, run) },
      { name: 'w2', concurrency: 2, heartbeatMs: 100, maintenance: { everyMs: 200 } },
    );
  });
  afterAll(async () => {
    await worker.stop();
    await db.close();
  });

  test('fails the task with its code; it is not tried again', async () => {
    await makeSlow('departments', 60);
    const taskId = await untilTooSlow(await push([{ uid: 'slow', title: 'Sales' }]));
    const [row] = await sql(`SELECT status, error_code, attempt FROM sync_tasks WHERE id = $1`, [taskId]);
    expect(row).toEqual({ status: 'failed', error_code: 'statement_too_slow', attempt: 1 });
    expect(await sleeping()).toBe(0);
  });

  test('fails it also where the end can be written only after several limits', async () => {
    await makeSlow('departments', 60);
    const pushId = await push([{ uid: 'held', title: 'Sales' }]);
    await until('a statement that takes long', async () => (await sleeping()) > 0);
    const holder = await api.database.db.pool.connect();
    try {
      // As a page of a connection that was cut: the end of a task waits for it, the heartbeat does not.
      await holder.query(`BEGIN; SELECT FROM sync_tasks FOR KEY SHARE`);
      await new Promise((done) => setTimeout(done, 2_000));
      await holder.query('COMMIT');
    } finally {
      holder.release();
    }
    const taskId = await untilTooSlow(pushId);
    expect(await sql(`SELECT attempt FROM sync_tasks WHERE id = $1`, [taskId])).toEqual([{ attempt: 1 }]);
  });
});

/** @returns the task that had the push: one that an earlier test left in the queue may be first and take it along. */
async function untilTooSlow(pushId: string): Promise<string> {
  const row = async () => (await sql<PushRow>(`SELECT result, task_id FROM pushes WHERE id = $1`, [pushId]))[0]!;
  await until('a result', async () => (await row()).result !== null);
  const { result, task_id: taskId } = await row();
  expect({ status: result?.status, code: result?.error?.code }).toEqual({
    status: 'failed',
    code: 'statement_too_slow',
  });
  return taskId!;
}
