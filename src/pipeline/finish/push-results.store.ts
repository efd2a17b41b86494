import { PUSHES_FINISHED } from '../../domain/push-channel.js';
import type { Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';

/**
 * Writes what became of each push that the task drained: per kind how many of its records there were and which failed,
 * with the cause. `all` counts different ids, not lines.
 *
 * Whoever waits for one of them is told when this is committed.
 *
 * What failed finds its records in one list, sorted once, and never by a join: whatever the planner guesses of a table
 * that has just been filled, the work grows with the records, not with their square.
 */
export async function savePushResults(tx: Tx, { task, targets }: RunContext, status: string): Promise<void> {
  const derived = targets
    .list()
    .flatMap((target) =>
      target.type === 'derived' ? target.accepts.map((kind) => ({ kind, then: target.kind })) : [],
    );
  // Touches the pushes of the task that have no result yet. A record is carried along only where it may have failed.
  await tx.$executeRaw`
    WITH trouble AS MATERIALIZED (
      SELECT DISTINCT ON (kind, external_id, origin) kind, external_id, origin, code, message FROM changes
      WHERE task_id = ${task.id}::uuid AND external_id IS NOT NULL AND (action = 'skip' OR outcome = 'failed')
      ORDER BY kind, external_id, origin, id DESC
    ), nameless AS (
      SELECT kind, origin, min(code) AS code, min(message) AS message FROM changes
      WHERE task_id = ${task.id}::uuid AND external_id IS NULL AND action = 'skip' AND origin IS NOT NULL
      GROUP BY kind, origin
    ), sent AS (
      SELECT p.id AS push_id, p.kind, r.place, r.record->>'uid' AS uid,
             CASE WHEN coalesce(r.record->>'uid', '') = '' OR r.record->>'uid' IN (SELECT external_id FROM trouble)
                  THEN r.record END AS record
      FROM pushes p, jsonb_array_elements(p.records) WITH ORDINALITY AS r (record, place)
      WHERE p.task_id = ${task.id}::uuid AND p.finished_at IS NULL
    ), one AS (
      SELECT DISTINCT ON (push_id, coalesce(uid, place::text), uid IS NULL) * FROM sent
      ORDER BY push_id, coalesce(uid, place::text), uid IS NULL, place DESC
    ), reported AS (
      SELECT kind AS pushed, kind AS reported FROM pushes
      WHERE task_id = ${task.id}::uuid AND finished_at IS NULL GROUP BY kind
      UNION
      SELECT d.pushed, d.reported FROM unnest(${derived.map((one) => one.kind)}::text[],
        ${derived.map((one) => one.then)}::text[]) AS d (pushed, reported)
    ), lines AS (
      SELECT one.push_id, reported.reported, reported.reported = one.kind AS own, nullif(one.uid, '') AS id,
             one.place, one.record, NULL AS code, NULL AS message
      FROM one JOIN reported ON reported.pushed = one.kind
      UNION ALL
      SELECT origin, kind, NULL, external_id, NULL, NULL, code, message FROM trouble
      UNION ALL
      SELECT origin, kind, NULL, NULL, NULL, NULL, code, message FROM nameless
    ), matched AS (
      SELECT push_id, reported, own, id, place, record,
             max(code) OVER here AS code, max(message) OVER here AS message,
             max(code) FILTER (WHERE push_id IS NULL) OVER anywhere AS code_anywhere,
             max(message) FILTER (WHERE push_id IS NULL) OVER anywhere AS message_anywhere
      FROM lines
      WINDOW here AS (PARTITION BY reported, id, push_id), anywhere AS (PARTITION BY reported, id)
    ), judged AS (
      SELECT push_id, reported, own, place, record,
             CASE WHEN id IS NOT NULL OR own THEN coalesce(code, code_anywhere) END AS code,
             coalesce(message, message_anywhere) AS message
      FROM matched WHERE place IS NOT NULL
    ), resources AS (
      SELECT push_id, reported, own, count(code) > 0 AS has_failed, jsonb_build_object(
        'kind', reported, 'all', count(*), 'success', count(*) FILTER (WHERE code IS NULL), 'failed', count(code),
        'failedRecords', coalesce(jsonb_agg(jsonb_build_object('record', record, 'code', code, 'message', message)
          ORDER BY place) FILTER (WHERE code IS NOT NULL), '[]')) AS resource
      FROM judged GROUP BY push_id, reported, own
    ), results AS (
      SELECT push_id, jsonb_agg(resource ORDER BY NOT own, reported) AS resources, bool_or(has_failed) AS has_failed
      FROM resources GROUP BY push_id
    ), finished AS (
      UPDATE pushes p SET finished_at = clock_timestamp(), result = jsonb_build_object(
        'status', CASE WHEN ${status} IN ('succeeded', 'partial')
                       THEN CASE WHEN results.has_failed THEN 'partial' ELSE 'succeeded' END ELSE ${status} END,
        'taskId', ${task.id}::text, 'resources', results.resources)
      FROM results WHERE results.push_id = p.id
      RETURNING p.id
    )
    SELECT pg_notify(${PUSHES_FINISHED}, '') FROM (SELECT FROM finished LIMIT 1) AS any_of_them`;
}
