import type { Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';

/**
 * Writes what became of each push that the task drained: per kind how many of its records there were and which failed,
 * with the cause. `all` counts different ids, not lines.
 */
export async function savePushResults(tx: Tx, { task, targets }: RunContext, status: string): Promise<void> {
  const derived = targets
    .list()
    .flatMap((target) =>
      target.type === 'derived' ? target.accepts.map((kind) => ({ kind, then: target.kind })) : [],
    );
  await tx.$executeRaw`
    WITH sent AS (
      SELECT p.id AS push_id, p.kind, r.record, r.place, r.record->>'uid' AS uid
      FROM pushes p, jsonb_array_elements(p.records) WITH ORDINALITY AS r (record, place)
      WHERE p.task_id = ${task.id}::uuid AND p.finished_at IS NULL
    ), one AS (
      SELECT DISTINCT ON (push_id, coalesce(uid, place::text), uid IS NULL) * FROM sent
      ORDER BY push_id, coalesce(uid, place::text), uid IS NULL, place DESC
    ), reported AS (
      SELECT kind AS pushed, kind AS reported FROM one GROUP BY kind
      UNION
      SELECT d.pushed, d.reported FROM unnest(${derived.map((one) => one.kind)}::text[],
        ${derived.map((one) => one.then)}::text[]) AS d (pushed, reported)
    ), trouble AS (
      SELECT DISTINCT ON (kind, external_id, origin) kind, external_id, origin, code, message FROM changes
      WHERE task_id = ${task.id}::uuid AND external_id IS NOT NULL AND (action = 'skip' OR outcome = 'failed')
      ORDER BY kind, external_id, origin, id DESC
    ), nameless AS (
      SELECT kind, origin, count(*)::int AS count, min(code) AS code, min(message) AS message FROM changes
      WHERE task_id = ${task.id}::uuid AND external_id IS NULL AND action = 'skip' AND origin IS NOT NULL
      GROUP BY kind, origin
    ), judged AS (
      SELECT one.push_id, one.place, one.record, reported.reported,
             coalesce(t.code, n.code) AS code, coalesce(t.message, n.message) AS message
      FROM one
      JOIN reported ON reported.pushed = one.kind
      LEFT JOIN LATERAL (
        SELECT code, message FROM trouble
        WHERE trouble.kind = reported.reported AND trouble.external_id = one.uid
          AND (trouble.origin IS NULL OR trouble.origin = one.push_id)
        LIMIT 1) t ON true
      LEFT JOIN nameless n ON n.origin = one.push_id AND n.kind = reported.reported
        AND (one.uid IS NULL OR one.uid = '') AND reported.reported = one.kind
    ), resources AS (
      SELECT push_id, reported, jsonb_build_object(
        'kind', reported, 'all', count(*), 'success', count(*) FILTER (WHERE code IS NULL),
        'failed', count(*) FILTER (WHERE code IS NOT NULL),
        'failedRecords', coalesce(jsonb_agg(jsonb_build_object('record', record, 'code', code, 'message', message)
          ORDER BY place) FILTER (WHERE code IS NOT NULL), '[]')) AS resource
      FROM judged GROUP BY push_id, reported
    ), results AS (
      SELECT r.push_id, jsonb_agg(r.resource ORDER BY r.reported <> p.kind, r.reported) AS resources,
             bool_or((r.resource->>'failed')::int > 0) AS has_failed
      FROM resources r JOIN pushes p ON p.id = r.push_id GROUP BY r.push_id
    )
    UPDATE pushes p SET finished_at = clock_timestamp(), result = jsonb_build_object(
      'status', CASE WHEN ${status} IN ('succeeded', 'partial')
                     THEN CASE WHEN results.has_failed THEN 'partial' ELSE 'succeeded' END ELSE ${status} END,
      'taskId', ${task.id}::text, 'resources', results.resources)
    FROM results WHERE results.push_id = p.id`;
}
