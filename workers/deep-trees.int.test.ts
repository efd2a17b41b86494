import { runTask } from '../src/pipeline/run-task.js';
import type { ApiClient } from '../src/testing/worlds/api-client.js';
import { type ApiWithQueue, startApiWithQueue } from '../src/testing/worlds/api-with-queue.js';
import { waitFor } from '../src/testing/wait-for.js';
import { openDb } from '../src/platform/db.js';
import { startWorker } from './start-worker.js';

/**
 * One push of 10,000 departments by a key that may do nothing else once wrote 27 GB of temporary files, and its task
 * could not be cancelled. The work now grows with the records (R20, R43).
 */
const MANY = 10_000;
/** Sorting and collecting the results of so many records exceeds `work_mem` (4 MB) and may write that much a record. */
const BYTES_PER_RECORD = 4_096;
const WITHIN_MS = 60_000;
const OWN = 'deep-trees';

let world: ApiWithQueue;
let api: ApiWithQueue['api'];
let queue: ApiWithQueue['queue'];
let sql: ApiWithQueue['sql'];
let operator: ApiClient;

beforeAll(async () => {
  world = await startApiWithQueue();
  ({ api, queue, sql } = world);
  operator = await api.as('operator');
});
afterAll(async () => {
  await world?.stop();
});

interface Department {
  readonly uid: string;
  readonly title: string;
  readonly parentUid: string | null;
}

const department = (uid: string, parentUid: string | null): Department => ({ uid, title: uid, parentUid });

/** Departments `<name>1`, `<name>2`, … each below the one before. */
const chain = (name: string, length: number, top: string | null = null) =>
  Array.from({ length }, (_, at) => department(`${name}${at + 1}`, at === 0 ? top : `${name}${at}`));

const comb = [
  ...chain('c', MANY / 2),
  ...Array.from({ length: MANY / 2 }, (_, at) => department(`t${at + 1}`, `c${at + 1}`)),
];

const statusOf = async (taskId: string) =>
  (await sql<{ status: string }>('SELECT status FROM sync_tasks WHERE id = $1', [taskId]))[0]?.status ?? '';

/** Opens connections of their own, whose sessions `temporaryBytes` waits for. */
const openOwn = (options: { readonly maxConnections?: number } = {}) =>
  openDb({
    url: api.database.url,
    applicationName: OWN,
    statementWithinMs: WITHIN_MS,
    lockWithinMs: WITHIN_MS / 2,
    ...options,
  });

/** A server process reports its temporary files at the latest when it ends, before it leaves pg_stat_activity. */
async function temporaryBytes(): Promise<number> {
  await waitFor(async () => {
    const [open] = await sql<{ count: number }>(
      'SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = $1',
      [OWN],
    );
    return open!.count === 0;
  });
  const [row] = await sql<{ bytes: string }>(
    'SELECT temp_bytes::text AS bytes FROM pg_stat_database WHERE datname = current_database()',
  );
  return Number(row!.bytes);
}

/** @returns the id of the task that drains the push. */
async function push(records: readonly Department[]): Promise<string> {
  const [source] = await sql<{ id: string }>(`SELECT id FROM sources WHERE name = 'api'`);
  const pusher = await api.as('operator', { sourceId: source!.id, pushOnly: true });
  const { status, body } = await pusher.post('/sources/api/records', { kind: 'department', records });
  expect(status).toBe(202);
  return (body as { task: { id: string } }).task.id;
}

/** Runs a worker with connections of its own until `work` is done, then closes them. */
async function withWorker(work: () => Promise<void>): Promise<void> {
  const db = openOwn();
  const deps = { ...api.deps, db };
  const worker = startWorker(
    { ...deps, queue, runTask: (run) => runTask(deps, run) },
    { name: 'w', concurrency: 1, heartbeatMs: 200, maintenance: { everyMs: 200 } },
  );
  try {
    await work();
  } finally {
    await worker.stop();
    await db.close();
  }
}

test.each([
  ['one chain', chain('n', MANY), { too_deep: MANY - 64 }],
  ['one ring', chain('r', MANY, `r${MANY}`), { cycle: MANY }],
  ['a comb', comb, { too_deep: MANY - 64 - 63 }],
])(
  'R20: a push of 10,000 departments in %s ends with its codes and little disk',
  async (shape, records, codes) => {
    const before = await temporaryBytes();
    const taskId = await push(records);
    await withWorker(() => waitFor(async () => (await statusOf(taskId)) === 'partial', WITHIN_MS));
    const skipped = await sql<{ code: string; count: number }>(
      `SELECT code, count(*)::int AS count FROM changes WHERE task_id = $1 AND action = 'skip' GROUP BY code`,
      [taskId],
    );
    expect(Object.fromEntries(skipped.map(({ code, count }) => [code, count]))).toEqual(codes);
    const written = (await temporaryBytes()) - before;
    process.stdout.write(`${shape}: ${(written / 1e6).toFixed(1)} MB of temporary files\n`);
    expect(written).toBeLessThan(MANY * BYTES_PER_RECORD);
  },
  90_000,
);

test('R43: a push of 10,000 departments in one chain can be cancelled while it is at work', async () => {
  const taskId = await push(chain('x', MANY));
  await withWorker(async () => {
    await waitFor(async () => ['pulling', 'planning', 'applying'].includes(await statusOf(taskId)));
    expect((await operator.post(`/tasks/${taskId}/cancel`)).status).toBe(202);
    await waitFor(async () => (await statusOf(taskId)) === 'cancelled', 10_000);
  });
}, 60_000);

test('control: a walk that keeps the path of each department writes far more than that for 300', async () => {
  const before = await temporaryBytes();
  const db = openOwn({ maxConnections: 1 });
  await db.pool.query(
    `WITH RECURSIVE tree(id, parent) AS (
       SELECT at, at - 1 FROM generate_series(1, $1::int) AS at
     ), walk(id, path) AS (
       SELECT id, ARRAY[gen_random_uuid()] FROM tree
       UNION ALL
       SELECT t.parent, w.path || gen_random_uuid() FROM walk w JOIN tree t ON t.id = w.id WHERE t.parent > 0
     ) SELECT count(*) FROM walk ORDER BY 1`,
    [300],
  );
  await db.close();
  expect((await temporaryBytes()) - before).toBeGreaterThan(10 * 300 * BYTES_PER_RECORD);
}, 60_000);
