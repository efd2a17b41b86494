import { mergeRecords } from '../src/domain/merge-records.js';
import { createTestDatabase, type TestDatabase } from '../src/testing/servers/test-database.js';

/** SQL functions that all statements share. */
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function query<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
  return (await database.db.pool.query<Row>(sql, [...values])).rows;
}

/** The plan of a statement, as PostgreSQL would run it. */
async function planOf(sql: string): Promise<string> {
  const rows = await query<{ 'QUERY PLAN': string }>(`EXPLAIN (VERBOSE) ${sql}`);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

describe('R45: the batch of a task', () => {
  test('is the time in UTC and six digits, also where the session has another time zone', async () => {
    const [row] = await query<{ batch: string; now: string }>(`
      WITH zone AS MATERIALIZED (SELECT set_config('TimeZone', 'Asia/Kathmandu', true))
      SELECT next_batch() AS batch, to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS') AS now FROM zone`);
    expect(row?.batch).toMatch(/^\d{20}$/);
    expect(row?.batch.slice(0, 14)).toBe(row?.now);
  });

  test('is never given twice, also where the digits begin again', async () => {
    await query(`SELECT setval('batch_digits', 999990)`);
    const [row] = await query<{ batches: number; shortest: number; longest: number }>(`
      SELECT count(DISTINCT batch)::int AS batches, min(length(batch)) AS shortest, max(length(batch)) AS longest
      FROM (SELECT next_batch() AS batch FROM generate_series(1, 20000)) AS made`);
    expect(row).toEqual({ batches: 20_000, shortest: 20, longest: 20 });
  });
});

describe('R3: records are merged alike in SQL and in memory', () => {
  test.each([
    ['absent keys stay, null clears', { title: 'a', phone: '1' }, { title: null }],
    ['custom fields one by one', { attributes: { a: 1, b: 2 } }, { title: 'x', attributes: { b: null, c: [null] } }],
    ['custom fields on one side only', { attributes: { a: 1 } }, { title: 'x' }],
    ['custom fields that are new', { title: 'x' }, { attributes: { a: 1 } }],
    ['no custom field', { attributes: {} }, { attributes: {} }],
    ['departments as a whole', { departments: [{ uid: 'a' }] }, { departments: [] }],
    ['nothing', {}, {}],
  ])('%s', async (_, earlier, later) => {
    const [row] = await query<{ merged: unknown }>('SELECT merge_records($1::jsonb, $2::jsonb) AS merged', [
      JSON.stringify(earlier),
      JSON.stringify(later),
    ]);
    expect(row?.merged).toEqual(mergeRecords(earlier, later));
  });
});

test.each([
  ['what the line says', `'failed', 'update', 0, 1`, 'failed'],
  ['a skip', `NULL, 'skip', 0, 1`, 'skipped'],
  ['up to the mark', `NULL, 'update', 1, 7`, 'applied'],
  ['behind the mark', `NULL, 'update', 1, 8`, 'planned'],
  ['of a later rank', `NULL, 'update', 2, 1`, 'planned'],
])('the outcome of a change: %s', async (_, line, outcome) => {
  const [row] = await query<{ outcome: string }>(`
    SELECT change_outcome(c, t) AS outcome
    FROM (SELECT (jsonb_populate_record(NULL::changes,
            jsonb_build_object('outcome', l.outcome, 'action', l.action, 'rank', l.rank, 'id', l.id))).*
          FROM (VALUES (${line})) AS l (outcome, action, rank, id)) AS given,
      LATERAL (SELECT ROW(given.*)::changes) AS line (c),
      LATERAL (SELECT jsonb_populate_record(NULL::sync_tasks, '{"mark_rank": 1, "mark_id": 7}')) AS task (t)`);
  expect(row?.outcome).toBe(outcome);
});

test.each([
  [
    'change_outcome',
    `SELECT 1 FROM changes c JOIN sync_tasks t ON t.id = c.task_id WHERE change_outcome(c, t) = 'applied'`,
  ],
  ['merge_records', `SELECT merge_records(k.data, s.data) FROM known_records k, staged_records s`],
  ['is_waiting', `SELECT 1 FROM hints h WHERE is_waiting(h)`],
])('PostgreSQL puts the body of %s in place of the call, so that it costs no call per row', async (name, sql) => {
  expect(await planOf(sql)).not.toContain(name);
});
