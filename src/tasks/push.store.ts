import type { Db, Tx } from '../platform/db.js';
import { RETENTION } from './retention.js';

/** A push on its way into the inbox. */
export interface NewPush {
  readonly id: string;
  readonly sourceName: string;
  readonly kind: string;
  readonly matchKey: string | null;
  /** The records as JSON text, without passwords. */
  readonly json: string;
  readonly recordCount: number;
  readonly requestedBy: string | null;
  readonly idempotency: { readonly owner: string; readonly key: string; readonly bodyHash: string } | null;
  /** For the task that drains it, where none is queued. */
  readonly newTaskId: string;
  readonly batch: string;
}

/** A push in the inbox. */
export interface InsertedPush {
  readonly id: string;
  readonly taskId: string;
  readonly batch: string;
  /** Set when the task is new and must be rung for. */
  readonly newRing: number | null;
  readonly rawLog: boolean;
  readonly redact: readonly string[];
}

/**
 * Adds one push, its idempotency key and, where none is queued, the delta task that drains it: one statement,
 * so one transaction. A key that was used before (in the last 72 h) keeps everything out.
 */
const INSERT_PUSH = `
  WITH source AS (
    SELECT id, raw_log, redact FROM sources WHERE name = $1 AND type = 'push' AND enabled
  ), first_use AS (
    INSERT INTO idempotency_keys (owner, key, body_hash, push_id)
    SELECT $2, $3, $4, $5::uuid FROM source WHERE $3::text IS NOT NULL
    ON CONFLICT (owner, key) DO UPDATE
      SET body_hash = EXCLUDED.body_hash, push_id = EXCLUDED.push_id, created_at = now()
      WHERE idempotency_keys.created_at < now() - ${RETENTION.idempotencyKeysMs} * interval '1 millisecond'
    RETURNING push_id
  ), push AS (
    INSERT INTO pushes (id, source_id, kind, match_key, records, record_count, requested_by)
    SELECT $5::uuid, id, $6, $7, $8::jsonb, $9, $10 FROM source
    WHERE $3::text IS NULL OR EXISTS (SELECT 1 FROM first_use)
    RETURNING source_id
  ), task AS (
    INSERT INTO sync_tasks (id, batch, source_id, trigger, mode, status, ring, rung_at, requested_by)
    SELECT $11::uuid, $12, source_id, 'push', 'delta', 'queued', 1, now(), $10 FROM push
    ON CONFLICT (source_id, mode, dry_run) WHERE status = 'queued' DO NOTHING
    RETURNING id, batch, ring
  )
  SELECT source.id AS "sourceId", source.raw_log AS "rawLog", source.redact,
         task.ring AS "newRing", COALESCE(task.id, queued.id) AS "taskId", COALESCE(task.batch, queued.batch) AS batch
  FROM push
  JOIN source ON true
  LEFT JOIN task ON true
  LEFT JOIN sync_tasks queued
    ON queued.source_id = source.id AND queued.mode = 'delta' AND NOT queued.dry_run AND queued.status = 'queued'`;

/** A task that drains the inbox of a source: the queued one, else the newest. */
const DRAINING_TASK = `
  SELECT id AS "taskId", batch FROM sync_tasks
  WHERE source_id = $1 AND mode = 'delta' AND NOT dry_run
  ORDER BY (status = 'queued') DESC, id DESC LIMIT 1`;

/**
 * Stores a push.
 *
 * @returns null when nothing was stored: the key was used before, or no enabled push source has the name.
 */
export async function insertPush(pool: Db['pool'], push: NewPush): Promise<InsertedPush | null> {
  const { idempotency } = push;
  const { rows } = await pool.query<Row>({
    name: 'insert-push',
    text: INSERT_PUSH,
    values: [
      push.sourceName,
      idempotency?.owner ?? null,
      idempotency?.key ?? null,
      idempotency?.bodyHash ?? null,
      push.id,
      push.kind,
      push.matchKey,
      push.json,
      push.recordCount,
      push.requestedBy,
      push.newTaskId,
      push.batch,
    ],
  });
  const row = rows[0];
  if (!row) return null;
  // The queued task that it joined may be younger than this statement's snapshot.
  const task =
    row.taskId && row.batch ? { taskId: row.taskId, batch: row.batch } : await findDraining(pool, row.sourceId);
  return { id: push.id, ...task, newRing: row.newRing, rawLog: row.rawLog, redact: row.redact };
}

interface Row {
  readonly sourceId: string;
  readonly rawLog: boolean;
  readonly redact: readonly string[];
  readonly newRing: number | null;
  readonly taskId: string | null;
  readonly batch: string | null;
}

async function findDraining(pool: Db['pool'], sourceId: string): Promise<{ taskId: string; batch: string }> {
  const { rows } = await pool.query<{ taskId: string; batch: string }>(DRAINING_TASK, [sourceId]);
  if (!rows[0]) throw new Error(`Source ${sourceId} has a push but no task: was it deleted just now?`);
  return rows[0];
}

/** What an idempotency key stood for the first time. */
export async function findReplay(
  tx: Tx,
  given: { readonly owner: string; readonly key: string },
): Promise<{ readonly pushId: string; readonly taskId: string; readonly bodyHash: string } | null> {
  const rows = await tx.$queryRaw<{ pushId: string; taskId: string; bodyHash: string }[]>`
    SELECT k.push_id AS "pushId", k.body_hash AS "bodyHash", COALESCE(p.task_id, queued.id) AS "taskId"
    FROM idempotency_keys k
    JOIN pushes p ON p.id = k.push_id
    LEFT JOIN LATERAL (
      SELECT t.id FROM sync_tasks t
      WHERE t.source_id = p.source_id AND t.mode = 'delta' AND NOT t.dry_run
      ORDER BY (t.status = 'queued') DESC, t.id DESC LIMIT 1
    ) queued ON true
    WHERE k.owner = ${given.owner} AND k.key = ${given.key}`;
  return rows[0] ?? null;
}
