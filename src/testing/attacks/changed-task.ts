import type pg from 'pg';

/** Adds an ended task of the source `api` with so many changes of about 2 kB each. @returns its id. */
export async function addChangedTask(database: Pick<pg.Pool, 'query'>, changes: number): Promise<string> {
  const { rows } = await database.query<{ id: string }>(TASK);
  const { id } = rows[0]!;
  await database.query(CHANGES, [id, changes]);
  return id;
}

const TASK = `
  INSERT INTO sync_tasks (id, batch, source_id, trigger, mode, status, queued_at, finished_at)
  SELECT made, made, s.id, 'push', 'delta', 'succeeded', now(), now()
  FROM sources s, gen_random_uuid() made WHERE s.name = 'api'
  RETURNING id`;

const CHANGES = `
  INSERT INTO changes (task_id, rank, target, kind, external_id, action, after)
  SELECT $1, 1, 'users', 'user', 'user-' || n, 'create', jsonb_build_object('nickname', repeat('x', 2000))
  FROM generate_series(1, $2::int) n`;
