import { z } from 'zod';
import { databaseRateGovernor } from '../src/outbound/database-rate-governor.store.js';
import { runTask } from '../src/pipeline/run-task.js';
import type { ReadRequest, SourceAdapter, SourceContext } from '../src/sources/source-adapter.js';
import type { ApiClient } from '../src/testing/worlds/api-client.js';
import { type ApiWithQueue, startApiWithQueue } from '../src/testing/worlds/api-with-queue.js';
import { type RunningWorker, startWorker } from './start-worker.js';

/** R43 for the statements of a task outside its pages' transactions: what an adapter or the comparison of a page asks. */
let world: ApiWithQueue;
let api: ApiWithQueue['api'];
let queue: ApiWithQueue['queue'];
let sql: ApiWithQueue['sql'];
let worker: RunningWorker;
let operator: ApiClient;

beforeAll(async () => {
  world = await startApiWithQueue();
  ({ api, queue, sql } = world);
  const { deps } = api;
  deps.sources.register(askingAdapter());
  await sql(
    `INSERT INTO sources (id, name, title, type, config) VALUES (gen_random_uuid(), 'asking', 'Asking', 'asking', '{}')`,
  );
  operator = await api.as('operator');
});
beforeEach(() => {
  const { deps } = api;
  worker = startWorker(
    { ...deps, queue, runTask: (run) => runTask(deps, run) },
    { name: 'w1', concurrency: 2, heartbeatMs: 100, maintenance: { everyMs: 200 } },
  );
});
afterEach(async () => {
  let isStopped = false;
  const stopping = worker?.stop().finally(() => (isStopped = true));
  // A statement that sleeps would keep the worker from stopping, and its table locked.
  await until('the worker has stopped', async () => {
    await sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND wait_event = 'PgSleep'`);
    return isStopped;
  });
  await stopping;
  await restore();
  await endAll();
});
afterAll(async () => {
  await world?.stop();
});

type Asking = (request: ReadRequest<unknown>, context: SourceContext<unknown>) => Promise<unknown>;

/** What the adapter asks the database while it reads. */
let ask: Asking = () => Promise.resolve();

function askingAdapter(): SourceAdapter<unknown> {
  return {
    type: 'asking',
    title: 'Asks while it reads',
    configSchema: z.unknown(),
    cursorSchema: z.unknown(),
    capabilities: { kinds: ['user', 'department'], modes: ['full', 'delta'], resumable: false },
    check: () => Promise.resolve({ ok: true }),
    async *read(request, context) {
      await ask(request, context);
      // With a field that stands in, so that the page is compared with what is known of it.
      yield {
        type: 'records',
        kind: 'department',
        records: [{ externalId: 'd', data: { title: 'D' }, standIns: ['title'] }],
      };
    },
  };
}

const governor = () => databaseRateGovernor(api.database.db);
const nothing: Asking = () => Promise.resolve();

/** What is made slow: reads of a table that have this text, or writes of it. */
interface Slow {
  readonly table: string;
  readonly read?: string;
  readonly write?: string;
}

interface Start {
  readonly by: 'push' | 'sync';
  readonly mode?: 'full' | 'delta';
  readonly dryRun?: boolean;
  readonly source?: string;
  readonly ask?: Asking;
}

const STATEMENTS: readonly (readonly [string, Slow, Start])[] = [
  ['the task and its source', { table: 'sources', read: '%AS "checkpointSeq"%' }, { by: 'sync', mode: 'full' }],
  ['claim of the inbox', { table: 'pushes', write: 'UPDATE OF task_id' }, { by: 'push' }],
  ['read of the inbox', { table: 'pushes', read: '%record_count AS "recordCount"%' }, { by: 'push' }],
  [
    'look at the inbox',
    { table: 'pushes', read: '%max(seq) AS newest%' },
    { by: 'sync', source: 'api', mode: 'delta', dryRun: true },
  ],
  [
    'comparison of a page',
    { table: 'known_records', read: `%encode(hash, 'hex') AS hash%` },
    { by: 'sync', mode: 'full', ask: nothing },
  ],
  [
    'what is known of a page',
    { table: 'known_records', read: '%AS "externalId", data FROM known_records%' },
    { by: 'sync', mode: 'full', ask: nothing },
  ],
  [
    'who was not seen',
    { table: 'known_records', read: '%h.received_at >= t.read_started_at%' },
    { by: 'sync', mode: 'full', ask: (_, { unseenIds }) => unseenIds!('user', 10) },
  ],
  [
    'who is not linked',
    { table: 'known_records', read: `%encode(hash, 'hex') AS hash%` },
    { by: 'sync', mode: 'delta', ask: ({ findUnlinked }) => findUnlinked!('user', ['u']) },
  ],
  [
    'place at a rate limit',
    { table: 'rate_marks', write: 'INSERT' },
    {
      by: 'sync',
      mode: 'full',
      ask: (_, { signal }) => governor().reserve([{ key: 'k', max: 1, windowMs: 1_000 }], signal),
    },
  ],
  [
    'pause of a rate limit',
    { table: 'rate_marks', write: 'INSERT' },
    { by: 'sync', mode: 'full', ask: (_, { signal }) => governor().pause('k', 1_000, signal) },
  ],
];

let slowed: string | null = null;

/** A view stands in for the table: it sleeps for the one statement that is meant. */
async function makeSlow({ table, read, write }: Slow): Promise<void> {
  if (write) {
    await sql(`CREATE OR REPLACE FUNCTION sleep_long() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$`);
    await sql(`CREATE TRIGGER slow BEFORE ${write} ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION sleep_long()`);
    return;
  }
  await sql(`CREATE OR REPLACE FUNCTION let_through(slow text) RETURNS boolean LANGUAGE plpgsql STABLE AS
    $$ BEGIN IF current_query() LIKE slow THEN PERFORM pg_sleep(60); END IF; RETURN true; END $$`);
  const guard = `let_through('${read!.replaceAll(`'`, `''`)}')`;
  await sql(`BEGIN; ALTER TABLE ${table} RENAME TO ${table}_kept;
             CREATE VIEW ${table} AS SELECT * FROM ${table}_kept WHERE ${guard}; COMMIT`);
  slowed = table;
  // Functions of a source take a row of the table; the view's rows are of another type.
  if (table === 'sources') {
    await sql(`CREATE FUNCTION source_state(sources) RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'enabled' $$`);
  }
}

async function restore(): Promise<void> {
  if (slowed) await sql(`BEGIN; DROP VIEW ${slowed} CASCADE; ALTER TABLE ${slowed}_kept RENAME TO ${slowed}; COMMIT`);
  slowed = null;
  for (const table of ['pushes', 'rate_marks']) await sql(`DROP TRIGGER IF EXISTS slow ON ${table}`);
}

/**
 * Ends what a test left: the push of a cancelled claim still waits, and the worker of the next test would work on it
 * beside the task of that test, in the same slow statement.
 */
async function endAll(): Promise<void> {
  await sql(`UPDATE pushes SET finished_at = now() WHERE finished_at IS NULL`);
  await sql(`UPDATE sync_tasks SET status = 'cancelled', finished_at = now() WHERE finished_at IS NULL`);
}

async function start({ by, source = 'asking', ask: asking = nothing, ...options }: Start): Promise<void> {
  ask = asking;
  const records = [{ uid: 'd', title: 'Sales' }];
  const { status } = await (by === 'push'
    ? operator.post('/sources/api/records', { kind: 'department', records })
    : operator.post(`/sources/${source}/sync`, options));
  expect(status).toBe(202);
}

interface TaskRow {
  readonly id: string;
  readonly status: string;
  readonly heartbeat_at: Date;
}

const active = async () =>
  (
    await sql<TaskRow>(
      `SELECT id, status, heartbeat_at FROM sync_tasks WHERE status IN ('pulling', 'planning', 'applying')`,
    )
  )[0];
const taskOf = async (id: string) =>
  (await sql<TaskRow>(`SELECT id, status, heartbeat_at FROM sync_tasks WHERE id = $1`, [id]))[0]!;
/** The statements that sleep: their server processes, and when they began. */
const sleeping = async () =>
  (
    await sql<{ statement: string }>(
      `SELECT pid || ' ' || query_start AS statement FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event = 'PgSleep'`,
    )
  ).map(({ statement }) => statement);

async function until(what: string, isTrue: () => Promise<boolean>, withinMs = 30_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

async function cancelled(id: string): Promise<void> {
  const asked = performance.now();
  expect((await operator.post(`/tasks/${id}/cancel`)).status).toBe(202);
  expect(performance.now() - asked).toBeLessThan(2_000);
  await until('cancelled', async () => (await taskOf(id)).status === 'cancelled', 10_000);
  expect(performance.now() - asked).toBeLessThan(10_000);
}

describe('R43: a statement outside of a page that takes long', () => {
  test.each(STATEMENTS)('%s: heartbeat goes on, PostgreSQL ends it', async (_name, slow, given) => {
    await makeSlow(slow);
    await start(given);
    await until('a statement that takes long', async () => (await sleeping()).length > 0);
    const slowOnes = await sleeping();
    const task = (await active())!;
    await until('heartbeat', async () => (await taskOf(task.id)).heartbeat_at > task.heartbeat_at, 5_000);
    await cancelled(task.id);
    // A push whose claim was cancelled waits: the next task of its source is already in the same statement.
    const isOver = async () => (await sleeping()).every((one) => !slowOnes.includes(one));
    await until('the statement is ended', isOver, 10_000);
  });
});

describe('R43: a page of a connection that was cut', () => {
  test('still holds the task: it is ended, and the task is cancelled', async () => {
    let asked = () => undefined as void;
    const asking = new Promise<void>((done) => (asked = done));
    await start({
      by: 'sync',
      mode: 'full',
      ask: (_, { signal }) => {
        asked();
        return new Promise((_done, fail) => signal.addEventListener('abort', () => fail(signal.reason as Error)));
      },
    });
    await asking;
    const task = (await active())!;
    const page = await api.database.db.pool.connect();
    const ended = new Promise((done) => page.on('error', done));
    try {
      // As `fenced` begins, and then silence.
      await page.query('BEGIN');
      await page.query('SELECT FROM sync_tasks WHERE id = $1 FOR KEY SHARE', [task.id]);
      await cancelled(task.id);
      await ended;
    } finally {
      page.release(true);
    }
  });
});
