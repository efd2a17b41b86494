import type { Db } from '../../platform/db.js';
import { RETENTION } from '../retention/retention.js';

/** A push to be stored in the inbox. */
export interface NewPush {
  readonly id: string;
  readonly sourceName: string;
  /** The only source that the caller may push to; null = any. */
  readonly onlySourceId: string | null;
  readonly kind: string;
  readonly matchKey: string | null;
  /** The records as JSON text, without passwords. */
  readonly json: string;
  readonly recordCount: number;
  /** Values that could not be stored or read, as JSON text; null = none. */
  readonly faults: string | null;
  readonly requestedBy: string | null;
  readonly idempotency: { readonly owner: string; readonly key: string; readonly bodyHash: string } | null;
}

/** The id of a new task that processes the pushes of a source, if none is queued. */
export interface NewTask {
  readonly sourceName: string;
  readonly id: string;
}

/** A push in the inbox. */
export interface InsertedPush {
  readonly id: string;
  readonly taskId: string;
  readonly batch: string;
  /** Set if the task is new: its job must be added to the queue. */
  readonly newRing: number | null;
  readonly rawLog: boolean;
  readonly redact: readonly string[];
}

/**
 * Adds pushes in the given order, their idempotency keys and, for each source without a queued one, the delta task that
 * processes them: one statement, so one transaction. A push whose key was used before (in the last 72 h) is left out.
 * Keys are inserted in order, tasks in the order of their sources, so that two statements cannot deadlock.
 */
const INSERT_PUSHES = `
  WITH given AS (
    SELECT * FROM ROWS FROM (
      unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::int[], $7::text[],
        $8::text[], $9::text[], $10::text[], $14::jsonb[]),
      jsonb_array_elements($11::jsonb)
    ) WITH ORDINALITY AS g (id, source_name, only_source_id, kind, match_key, record_count, requested_by,
        owner, key, body_hash, faults, records, place)
  ), wanted AS (
    SELECT g.*, s.id AS source_id, s.raw_log, s.redact
    FROM given g JOIN sources s ON s.name = g.source_name AND s.type = 'push' AND source_state(s) = 'enabled'
    WHERE g.only_source_id IS NULL OR g.only_source_id = s.id
  ), first_use AS (
    INSERT INTO idempotency_keys (owner, key, body_hash, push_id)
    SELECT owner, key, body_hash, id FROM wanted WHERE key IS NOT NULL ORDER BY owner, key
    ON CONFLICT (owner, key) DO UPDATE
      SET body_hash = EXCLUDED.body_hash, push_id = EXCLUDED.push_id, created_at = now()
      WHERE idempotency_keys.created_at < now() - ${RETENTION.idempotencyKeysMs} * interval '1 millisecond'
    RETURNING push_id
  ), push AS (
    INSERT INTO pushes (id, source_id, kind, match_key, records, record_count, faults, requested_by)
    SELECT id, source_id, kind, match_key, records, record_count, faults, requested_by FROM wanted
    WHERE key IS NULL OR id IN (SELECT push_id FROM first_use)
    ORDER BY place
    RETURNING id
  ), task AS (
    INSERT INTO sync_tasks (id, source_id, trigger, mode, status, ring, rung_at, requested_by)
    SELECT DISTINCT ON (w.source_id) n.id, w.source_id, 'push', 'delta', 'queued', 1, now(), w.requested_by
    FROM wanted w
    JOIN unnest($12::text[], $13::uuid[]) AS n (source_name, id) ON n.source_name = w.source_name
    WHERE w.id IN (SELECT id FROM push)
    ORDER BY w.source_id, w.place
    ON CONFLICT (source_id, mode, dry_run) WHERE status = 'queued' DO NOTHING
    RETURNING id, batch, ring, source_id
  )
  SELECT w.id, w.source_id AS "sourceId", w.raw_log AS "rawLog", w.redact,
         CASE WHEN w.place = min(w.place) OVER (PARTITION BY w.source_id) THEN task.ring END AS "newRing",
         COALESCE(task.id, queued.id) AS "taskId", COALESCE(task.batch, queued.batch) AS batch
  FROM push
  JOIN wanted w ON w.id = push.id
  LEFT JOIN task ON task.source_id = w.source_id
  LEFT JOIN sync_tasks queued
    ON queued.source_id = w.source_id AND queued.mode = 'delta' AND NOT queued.dry_run AND queued.status = 'queued'`;

/** The task that processes the inbox of a source: the queued one, else the newest. */
const DRAINING_TASK = `
  SELECT id AS "taskId", batch FROM sync_tasks
  WHERE source_id = $1 AND mode = 'delta' AND NOT dry_run
  ORDER BY (status = 'queued') DESC, id DESC LIMIT 1`;

/**
 * Stores pushes, all or none; the first one of a new task has its `ring`. Idempotency keys must differ.
 *
 * @returns the stored ones, by id: not those whose key was used before, nor those without an enabled push source to
 * which the caller may push.
 */
export async function insertPushes(
  pool: Db['pool'],
  pushes: readonly NewPush[],
  tasks: readonly NewTask[],
): Promise<ReadonlyMap<string, InsertedPush>> {
  const values = [...pushColumns(pushes), ...taskColumns(tasks), pushes.map((push) => push.faults)];
  const { rows } = await pool.query<Row>(INSERT_PUSHES, values);
  const draining = new Map<string, Promise<Draining>>();
  const stored = new Map<string, InsertedPush>();
  for (const { id, sourceId, taskId, batch, ...row } of rows) {
    // The queued task may be newer than this statement's snapshot.
    const found = draining.get(sourceId) ?? (taskId && batch ? { taskId, batch } : findDraining(pool, sourceId));
    if (found instanceof Promise) draining.set(sourceId, found);
    stored.set(id, { id, ...row, ...(await found) });
  }
  return stored;
}

interface Draining {
  readonly taskId: string;
  readonly batch: string;
}

interface Row {
  readonly id: string;
  readonly sourceId: string;
  readonly rawLog: boolean;
  readonly redact: readonly string[];
  readonly newRing: number | null;
  readonly taskId: string | null;
  readonly batch: string | null;
}

function pushColumns(pushes: readonly NewPush[]): unknown[] {
  const column = <T>(pick: (push: NewPush) => T): T[] => pushes.map(pick);
  return [
    column((push) => push.id),
    column((push) => push.sourceName),
    column((push) => push.onlySourceId),
    column((push) => push.kind),
    column((push) => push.matchKey),
    column((push) => push.recordCount),
    column((push) => push.requestedBy),
    column((push) => push.idempotency?.owner ?? null),
    column((push) => push.idempotency?.key ?? null),
    column((push) => push.idempotency?.bodyHash ?? null),
    `[${column((push) => push.json).join(',')}]`,
  ];
}

function taskColumns(tasks: readonly NewTask[]): unknown[] {
  return [tasks.map(({ sourceName }) => sourceName), tasks.map(({ id }) => id)];
}

async function findDraining(pool: Db['pool'], sourceId: string): Promise<Draining> {
  const { rows } = await pool.query<Draining>(DRAINING_TASK, [sourceId]);
  if (!rows[0]) throw new Error(`Source ${sourceId} has a push but no task: it may have just been deleted.`);
  return rows[0];
}
