import { PUSHES_FINISHED } from '../../domain/push-channel.js';
import { Prisma, type Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';

/**
 * Writes the result of each push that the task processed: for each kind the number of records, those that failed with
 * the reason, and the fields of the others that are left out. Always `all` = `success` + `failed`.
 *
 * Records with the same usable id count as one, which fails if any of them fails. Each record without a usable id
 * counts as one, by its position, under its own kind only. Rows derived from a refused record (memberships) do not
 * succeed.
 *
 * Requests that wait for a push are notified at the commit.
 *
 * Causes and records are matched in lists that are sorted once, not by a join: with wrong estimates of the planner for
 * a table that has just been filled, a join could take quadratic time. A cause is one value (code and message
 * together), so that the code of one record is never combined with the message of another.
 */
export async function savePushResults(tx: Tx, { task, targets }: RunContext, status: string): Promise<void> {
  const derived = derivedKinds(targets);
  // Touches the pushes of the task that have no result yet. Only records with something to report are carried along.
  await tx.$executeRaw`
    WITH ${causesOf(task.id)}, sent AS (
      SELECT p.id AS push_id, p.kind, (r.place - 1)::int AS place, r.record->>'uid' AS uid,
             CASE WHEN r.record->>'uid' IN (SELECT external_id FROM trouble UNION SELECT external_id FROM left_out)
                    OR (p.id, (r.place - 1)::int) IN (SELECT push_id, place FROM refused)
                  THEN r.record END AS record
      FROM pushes p, jsonb_array_elements(p.records) WITH ORDINALITY AS r (record, place)
      WHERE p.task_id = ${task.id}::uuid AND p.finished_at IS NULL
    ), placed AS (
      SELECT push_id, kind, place, uid, record, max(cause) OVER here AS cause, bool_or(is_nameless) OVER here AS is_nameless
      FROM (
        SELECT push_id, kind, place, uid, record, NULL::text[] AS cause, false AS is_nameless FROM sent
        UNION ALL
        SELECT push_id, NULL, place, NULL, NULL, cause, external_id IS NULL FROM refused
      ) AS words
      WINDOW here AS (PARTITION BY push_id, place)
    ), one AS (
      -- Of records with one id: the last one that was refused, else the last one.
      SELECT DISTINCT ON (push_id, is_nameless, CASE WHEN is_nameless THEN place::text ELSE uid END)
             push_id, kind, place, CASE WHEN NOT is_nameless THEN uid END AS id, record, cause
      FROM placed WHERE kind IS NOT NULL
      ORDER BY push_id, is_nameless, CASE WHEN is_nameless THEN place::text ELSE uid END, cause IS NULL, place DESC
    ), reported AS (
      SELECT kind AS pushed, kind AS reported FROM pushes
      WHERE task_id = ${task.id}::uuid AND finished_at IS NULL GROUP BY kind
      UNION
      SELECT d.pushed, d.reported FROM unnest(${derived.map((one) => one.kind)}::text[],
        ${derived.map((one) => one.then)}::text[]) AS d (pushed, reported)
    ), lines AS (
      SELECT one.push_id, one.kind AS pushed, reported.reported, one.id, one.place, one.record, one.cause,
             NULL::text[] AS trouble, NULL::jsonb AS problem
      FROM one JOIN reported ON reported.pushed = one.kind AND (one.id IS NOT NULL OR reported.reported = one.kind)
      UNION ALL
      SELECT NULL, r.pushed, r.reported, t.external_id, NULL, NULL, NULL, t.cause, NULL
      FROM trouble t JOIN reported r ON t.kind IN (r.pushed, r.reported)
      UNION ALL
      SELECT l.push_id, l.kind, l.kind, l.external_id, NULL, NULL, NULL, NULL, l.problem FROM left_out l
    ), judged AS (
      SELECT push_id, pushed, reported, place, record, CASE WHEN id IS NULL THEN cause ELSE coalesce(cause, any_trouble) END AS cause,
             CASE WHEN id IS NOT NULL THEN coalesce(own_problems, '[]') || coalesce(any_problems, '[]') ELSE '[]' END AS problems
      FROM (
        SELECT *, max(trouble) OVER anywhere AS any_trouble,
               jsonb_agg(problem) FILTER (WHERE problem IS NOT NULL AND push_id IS NULL) OVER anywhere AS any_problems,
               jsonb_agg(problem) FILTER (WHERE problem IS NOT NULL AND push_id IS NOT NULL) OVER here AS own_problems
        FROM lines
        WINDOW anywhere AS (PARTITION BY pushed, reported, id), here AS (PARTITION BY pushed, reported, id, push_id)
      ) AS found
      WHERE place IS NOT NULL
      UNION ALL
      -- A kind is reported also where nothing counts under it.
      SELECT p.id, p.kind, r.reported, NULL, NULL, NULL, '[]' FROM pushes p JOIN reported r ON r.pushed = p.kind
      WHERE p.task_id = ${task.id}::uuid AND p.finished_at IS NULL
    ), resources AS (
      SELECT push_id, reported, reported = pushed AS own, count(cause) > 0 OR bool_or(problems <> '[]') AS has_trouble,
        jsonb_build_object(
          'kind', reported, 'all', count(place), 'success', count(place) - count(cause), 'failed', count(cause),
          'failedRecords', coalesce(jsonb_agg(jsonb_build_object(
            'place', place, 'record', record, 'code', cause[1], 'message', cause[2])
            ORDER BY place) FILTER (WHERE cause IS NOT NULL), '[]'),
          'problems', coalesce(jsonb_agg(jsonb_build_object(
            'place', place, 'record', record, 'problems', problems)
            ORDER BY place) FILTER (WHERE problems <> '[]'), '[]')) AS resource
      FROM judged GROUP BY push_id, reported, pushed
    ), results AS (
      SELECT push_id, jsonb_agg(resource ORDER BY NOT own, reported) AS resources, bool_or(has_trouble) AS has_trouble
      FROM resources GROUP BY push_id
    ), finished AS (
      UPDATE pushes p SET finished_at = clock_timestamp(), result = jsonb_build_object(
        'status', CASE WHEN ${status} IN ('succeeded', 'partial')
                       THEN CASE WHEN results.has_trouble THEN 'partial' ELSE 'succeeded' END ELSE ${status} END,
        'taskId', ${task.id}::text, 'resources', results.resources)
      FROM results WHERE results.push_id = p.id
      RETURNING p.id
    )
    SELECT pg_notify(${PUSHES_FINISHED}, '') FROM (SELECT FROM finished LIMIT 1) AS any_of_them`;
}

/** The causes of records: refused by the read, by the plan or while it was applied; or used without some fields. */
function causesOf(taskId: string): Prisma.Sql {
  return Prisma.sql`refused AS MATERIALIZED (
      SELECT origin AS push_id, place, external_id, ARRAY[code, message] AS cause FROM staged_problems
      WHERE task_id = ${taskId}::uuid AND origin IS NOT NULL AND place IS NOT NULL
    ), trouble AS MATERIALIZED (
      SELECT DISTINCT ON (kind, external_id) kind, external_id, ARRAY[code, message] AS cause FROM changes
      WHERE task_id = ${taskId}::uuid AND external_id IS NOT NULL AND origin IS NULL
        AND (action = 'skip' OR outcome = 'failed')
      ORDER BY kind, external_id, id DESC
    ), left_out AS MATERIALIZED (
      SELECT c.kind, c.external_id, (p.problem->>'origin')::uuid AS push_id, p.problem - 'origin' AS problem
      FROM changes c, jsonb_array_elements(c.problems) AS p (problem)
      WHERE c.task_id = ${taskId}::uuid AND c.problems IS NOT NULL AND c.external_id IS NOT NULL
    )`;
}

/** The kinds of derived rows for each kind of record. */
function derivedKinds(targets: RunContext['targets']): readonly { readonly kind: string; readonly then: string }[] {
  return targets
    .list()
    .flatMap((target) =>
      target.type === 'derived' ? target.accepts.map((kind) => ({ kind, then: target.kind })) : [],
    );
}
