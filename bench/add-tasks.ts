import type pg from 'pg';

/** Adds so many ended tasks of a source, one a minute until a day ago; every twentieth failed. */
export async function addTasks(database: pg.Pool, source: string, count: number): Promise<void> {
  await database.query(TASKS, [source, count]);
  await database.query('ANALYZE sync_tasks');
}

/** Ids begin with the time, as those of the product do (RFC 9562, version 7). */
const TASKS = `
  INSERT INTO sync_tasks (id, batch, source_id, trigger, mode, status, phase, attempt, fence, ring, pulled, complete,
    done, total, counts, error_code, error_message, requested_by, rung_at, queued_at, started_at, finished_at, cost_ms)
  SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3)
          || '8' || substr(md5(n::text), 4, 15))::uuid,
    to_char(at, 'YYYYMMDDHH24MISS') || lpad((n % 1000000)::text, 6, '0'), s.id, 'schedule', 'full',
    CASE WHEN is_failed THEN 'failed' ELSE 'succeeded' END, 'apply', 1, 1, 1, true,
    '{"user": "all", "department": "all"}', 1000, 1000,
    '{"user": {"seen": 1000, "created": 0, "linked": 0, "updated": 3, "restored": 0, "unchanged": 997, "removed": 0,
               "skipped": 0, "failed": 0}}',
    CASE WHEN is_failed THEN 'source_unreachable' END, CASE WHEN is_failed THEN 'The source does not answer.' END,
    'schedule', at, at, at, at + interval '3 seconds', 3000
  FROM sources s, generate_series(1, $2::int) n,
    LATERAL (SELECT now() - interval '1 day' - ($2 - n) * interval '1 minute' AS at, n % 20 = 0 AS is_failed) made
  WHERE s.name = $1`;
