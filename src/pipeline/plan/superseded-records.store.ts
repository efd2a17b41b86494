import { Prisma, type Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';

/**
 * Removes from the work list records that later reads of the source supersede (R47): the result is as if the tasks had
 * been applied in the order of their reads.
 *
 * A record of a later push or delta supersedes the fields that it has, custom fields one by one, and no others (R3). A
 * later deletion, and a later full read of the record, supersede all fields; a later record supersedes an earlier
 * deletion. Touches the task's own work list; idempotent.
 */
export async function skipSuperseded(tx: Tx, context: RunContext): Promise<void> {
  await skipUndone(tx, context);
  const later = await findLaterReads(tx, context);
  if (later.length === 0) return;
  await skipPruned(tx, context, later);
  await skipNamedFields(tx, context, later);
}

/** A task whose read began later. */
interface LaterRead {
  readonly id: string;
  /** Its records contain all fields of the source. */
  readonly isFull: boolean;
  /** It ended as succeeded or partial; of any other task only applied changes count. */
  readonly ended: boolean;
}

/** Later reads of the source in order, without those that were undone. */
async function findLaterReads(tx: Tx, { task, scope }: RunContext): Promise<readonly LaterRead[]> {
  const done = Prisma.sql`status IN ('succeeded', 'partial') AND NOT dry_run`;
  return tx.$queryRaw<LaterRead[]>`
    SELECT later.id, later.mode = 'full' AS "isFull", later.status IN ('succeeded', 'partial') AS ended
    FROM sync_tasks later JOIN sync_tasks t ON t.id = ${task.id}::uuid
    WHERE later.source_id = ${scope.sourceId}::uuid AND later.id <> t.id AND NOT later.dry_run
      AND later.read_started_at > t.read_started_at
      AND NOT EXISTS (
        SELECT 1 FROM sync_tasks u WHERE u.source_id = t.source_id AND u.undoes = later.id AND ${done}
          AND NOT EXISTS (SELECT 1 FROM sync_tasks v
                          WHERE v.source_id = t.source_id AND v.undoes = u.id AND ${done}))
    ORDER BY later.read_started_at`;
}

/** Removes records that a later undo of this task or of an earlier one restored: it was requested after this read. */
async function skipUndone(tx: Tx, { task, scope }: RunContext): Promise<void> {
  const undos = await tx.$queryRaw<{ id: string }[]>`
    SELECT u.id FROM sync_tasks u JOIN sync_tasks undone ON undone.id = u.undoes JOIN sync_tasks t ON t.id = ${task.id}::uuid
    WHERE u.source_id = ${scope.sourceId}::uuid AND u.mode = 'undo' AND NOT u.dry_run
      AND undone.read_started_at <= t.read_started_at`;
  if (undos.length === 0) return;
  await tx.$executeRaw`
    UPDATE staged_records s SET ${NOTHING_LEFT}
    FROM known_records k, sync_tasks t
    WHERE s.task_id = ${task.id}::uuid AND t.id = s.task_id AND s.state IN ('present', 'tombstone')
      AND k.source_id = ${scope.sourceId}::uuid AND k.kind = s.kind AND k.external_id = s.external_id
      AND k.applied_at > t.read_started_at AND k.task_id = ANY(${undos.map(({ id }) => id)}::uuid[])`;
}

/** The record stays on the list without fields and without a hash, so that a read with the same content is compared. */
const NOTHING_LEFT = Prisma.sql`state = 'unchanged', data = '{}', hash = '', problems = NULL`;

/** Records that a later read applied last and whose staged records are pruned: the fields that it named are unknown. */
async function skipPruned(tx: Tx, { task, scope }: RunContext, later: readonly LaterRead[]): Promise<void> {
  await tx.$executeRaw`
    UPDATE staged_records s SET ${NOTHING_LEFT}
    FROM known_records k
    WHERE s.task_id = ${task.id}::uuid AND s.state IN ('present', 'tombstone')
      AND k.source_id = ${scope.sourceId}::uuid AND k.kind = s.kind AND k.external_id = s.external_id
      AND k.task_id = ANY(${later.map(({ id }) => id)}::uuid[])
      AND NOT EXISTS (SELECT 1 FROM staged_records newer
                      WHERE newer.task_id = k.task_id AND newer.kind = k.kind AND newer.external_id = k.external_id)`;
}

async function skipNamedFields(tx: Tx, { task }: RunContext, later: readonly LaterRead[]): Promise<void> {
  const ids = later.map(({ id }) => id);
  const open = later.filter(({ ended }) => !ended).map(({ id }) => id);
  await tx.$executeRaw`
    WITH failed AS MATERIALIZED (
      SELECT task_id, kind, external_id FROM changes
      WHERE task_id = ANY(${ids}::uuid[]) AND outcome = 'failed' AND external_id IS NOT NULL
    ), applied AS MATERIALIZED (
      SELECT c.task_id, c.kind, c.external_id FROM changes c JOIN sync_tasks t ON t.id = c.task_id
      WHERE c.task_id = ANY(${open}::uuid[]) AND c.external_id IS NOT NULL
        AND change_outcome(c, t) = 'applied'
    ), newer_records AS MATERIALIZED (
      SELECT s.kind, s.external_id, newer.state IN ('tombstone', 'absent') AS gone, later.is_full, newer.data, later.place
      FROM unnest(${ids}::uuid[], ${later.map(({ isFull }) => isFull)}::boolean[],
                  ${later.map(({ ended }) => ended)}::boolean[]) WITH ORDINALITY AS later (id, is_full, ended, place)
      JOIN staged_records newer ON newer.task_id = later.id
      JOIN staged_records s ON s.task_id = ${task.id}::uuid AND s.kind = newer.kind
        AND s.external_id = newer.external_id AND s.state IN ('present', 'tombstone')
      WHERE newer.state IN ('present', 'unchanged', 'tombstone', 'absent')
        AND (newer.task_id, newer.kind, newer.external_id) NOT IN (SELECT * FROM failed)
        AND (later.ended OR (newer.task_id, newer.kind, newer.external_id) IN (SELECT * FROM applied))
    ), verdicts AS (
      SELECT kind, external_id,
             (array_agg(gone ORDER BY place DESC))[1] OR bool_or(NOT gone AND (is_full OR data IS NULL)) AS whole,
             coalesce(array_agg(named.field) FILTER (WHERE NOT named.custom), '{}') AS fields,
             coalesce(array_agg(named.field) FILTER (WHERE named.custom), '{}') AS custom
      FROM newer_records LEFT JOIN LATERAL (
        SELECT field, false AS custom FROM jsonb_object_keys(data) AS field WHERE field <> 'attributes'
        UNION ALL SELECT field, true FROM jsonb_object_keys(data->'attributes') AS field) named ON true
      GROUP BY kind, external_id
    ), rest AS (
      SELECT s.kind, s.external_id, v.fields, v.custom, v.whole OR s.state = 'tombstone' AS whole,
             (s.data - v.fields - 'attributes') || CASE
               WHEN coalesce((s.data->'attributes') - v.custom, '{}') = '{}' THEN '{}'
               ELSE jsonb_build_object('attributes', (s.data->'attributes') - v.custom) END AS data
      FROM verdicts v JOIN staged_records s ON s.task_id = ${task.id}::uuid AND s.kind = v.kind
        AND s.external_id = v.external_id
    )
    UPDATE staged_records s SET hash = '',
      state = CASE WHEN r.whole OR r.data = '{}' THEN 'unchanged' ELSE 'present' END,
      data = CASE WHEN r.whole THEN '{}' ELSE r.data END,
      problems = CASE WHEN NOT r.whole THEN (
        SELECT jsonb_agg(p) FROM jsonb_array_elements(s.problems) AS p
        WHERE split_part(p->>'field', '.', 1) <> ALL(r.fields)
          AND NOT (starts_with(p->>'field', 'attributes.')
                   AND substr(p->>'field', length('attributes.') + 1) = ANY(r.custom))) END
    FROM rest r
    WHERE s.task_id = ${task.id}::uuid AND s.kind = r.kind AND s.external_id = r.external_id`;
}
