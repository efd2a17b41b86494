import { isManual } from '../../domain/manual-source.js';
import type { RecordKind } from '../../domain/record.js';
import { abortable } from '../../platform/abortable.js';
import { Prisma, type Tx } from '../../platform/db.js';
import { freshIds } from '../../platform/fresh-ids.js';
import type { RunContext } from '../run-context.js';
import type { DedupedPage, StagedRow } from './dedupe-page.js';

/** Deletes what an earlier attempt staged: all rows, or those after the checkpoint at which the read continues. */
export async function clearStaged(tx: Tx, { task, adapter }: RunContext, fromSeq: bigint | null): Promise<void> {
  const replays = adapter.capabilities.replays === true;
  if (fromSeq === null) {
    // The counts make PostgreSQL delete the rows first: the task's row is locked only briefly against heartbeat and
    // cancel.
    await tx.$executeRaw`
      WITH records AS (
        DELETE FROM staged_records WHERE task_id = ${task.id}::uuid RETURNING 1
      ), problems AS (
        DELETE FROM staged_problems WHERE task_id = ${task.id}::uuid RETURNING 1
      )
      UPDATE sync_tasks SET checkpoint = NULL, checkpoint_seq = 0, complete = '{}',
        read_started_at = CASE WHEN ${replays} THEN coalesce(read_started_at, now()) ELSE now() END
      WHERE id = ${task.id}::uuid
        AND (SELECT count(*) FROM records) + (SELECT count(*) FROM problems) >= 0`;
    return;
  }
  await tx.$executeRaw`DELETE FROM staged_records WHERE task_id = ${task.id}::uuid AND seq > ${fromSeq}`;
  await tx.$executeRaw`DELETE FROM staged_problems WHERE task_id = ${task.id}::uuid AND seq > ${fromSeq}`;
}

/**
 * Hashes of the linked records among these ids. A record that an interrupted task wrote has none: its derived rows or
 * references (memberships, a manager created later) may be missing, so it is always compared again.
 */
export async function findKnownHashes(
  tx: Tx,
  { scope }: RunContext,
  kind: RecordKind,
  externalIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await tx.$queryRaw<{ externalId: string; hash: string }[]>`
    SELECT external_id AS "externalId", encode(hash, 'hex') AS hash FROM known_records k
    WHERE source_id = ${scope.sourceId}::uuid AND kind = ${kind} AND external_id = ANY(${externalIds}::text[])
      AND removed_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM sync_tasks t WHERE t.id = k.task_id AND t.status NOT IN ('succeeded', 'partial'))`;
  return new Map(rows.map((row) => [row.externalId, row.hash]));
}

/** Those of the ids that have no linked record with a hash (`findKnownHashes`); reads only. */
export async function findUnlinked(
  context: RunContext,
  kind: RecordKind,
  externalIds: readonly string[],
): Promise<readonly string[]> {
  if (externalIds.length === 0) return [];
  const known = await findKnownHashes(abortable(context.db, context.run.signal), context, kind, externalIds);
  return externalIds.filter((id) => !known.get(id));
}

/**
 * Adds a page to the work list. For an id that an earlier page had: in a full read, different records are marked, and
 * if one of them is unreadable the record is left unchanged; in a delta the later record is merged into the earlier
 * one.
 */
export async function stagePage(
  tx: Tx,
  { task, source }: RunContext,
  { kind, inForce }: { readonly kind: RecordKind; readonly inForce: readonly string[] },
  page: DedupedPage,
): Promise<void> {
  const place = { taskId: task.id, kind, inForce, isFull: task.mode === 'full', namesRows: isManual(source.id) };
  if (page.rows.length > 0) await insertRows(tx, place, page.rows);
  if (page.problems.length > 0) await insertProblems(tx, task.id, kind, page.problems);
}

/** Lists with left-out items: the items of the earlier record stay before those of the later one. */
const LONGER_LISTS = Prisma.sql`(
  SELECT coalesce(jsonb_object_agg(field, (s.data->field) || (excluded.data->field)), '{}')
  FROM jsonb_to_recordset(excluded.problems) AS p (field text)
  WHERE jsonb_typeof(s.data->field) = 'array' AND jsonb_typeof(excluded.data->field) = 'array')`;

interface StagePlace {
  readonly taskId: string;
  readonly kind: RecordKind;
  /** The fields that decide whether a row is in force. */
  readonly inForce: readonly string[];
  readonly isFull: boolean;
  /** The external ids are ids of rows (R51). */
  readonly namesRows: boolean;
}

async function insertRows(
  tx: Tx,
  { taskId, kind, inForce, isFull, namesRows }: StagePlace,
  rows: readonly StagedRow[],
): Promise<void> {
  const ids = freshIds(rows.filter(({ state }) => state === 'present').length).values();
  // Undefined values are left out: most records have few fields.
  const given = rows.map(({ externalId, seq, state, hash, data, matchKeys, duplicate, problems }) => ({
    externalId,
    seq,
    state,
    hash,
    data: data ?? undefined,
    newId: state !== 'present' ? undefined : namesRows ? externalId : ids.next().value,
    matchKeys: matchKeys.length > 0 ? matchKeys : undefined,
    duplicate: duplicate || undefined,
    problems: problems.length > 0 ? problems : undefined,
  }));
  // One JSON text is much faster than arrays, whose elements the driver escapes one by one.
  await tx.$executeRaw`
    INSERT INTO staged_records AS s
      (task_id, kind, external_id, seq, state, hash, data, new_id, match_keys, duplicate, problems)
    SELECT ${taskId}::uuid, ${kind}, r."externalId", r.seq, r.state, decode(r.hash, 'hex'), r.data, r."newId",
           coalesce(r."matchKeys", '{}'), coalesce(r.duplicate, false), r.problems
    FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS r (
      "externalId" text, seq bigint, state text, hash text, data jsonb, "newId" uuid, "matchKeys" text[],
      duplicate boolean, problems jsonb)
    ON CONFLICT (task_id, kind, external_id) DO UPDATE SET
      seq = excluded.seq,
      duplicate = ${isFull} AND (s.duplicate OR excluded.duplicate OR coalesce(s.hash <> excluded.hash, false)),
      state = CASE WHEN ${isFull} AND 'skipped' IN (s.state, excluded.state) THEN 'skipped'
                   WHEN ${isFull} AND excluded.hash IS NULL AND s.hash IS NOT NULL THEN s.state
                   WHEN ${isFull} THEN excluded.state
                   WHEN excluded.state = 'skipped' THEN s.state
                   WHEN s.state = 'tombstone' AND ${leavesForceOpen(inForce)} THEN 'tombstone'
                   WHEN excluded.state = 'unchanged' AND excluded.data IS NOT NULL THEN 'present'
                   WHEN excluded.state = 'unchanged' THEN s.state ELSE excluded.state END,
      data = CASE WHEN ${isFull} AND 'skipped' IN (s.state, excluded.state) THEN NULL
                  WHEN ${isFull} AND excluded.hash IS NULL AND s.hash IS NOT NULL THEN s.data
                  WHEN ${isFull} OR excluded.state = 'tombstone' THEN excluded.data
                  WHEN s.state = 'tombstone' AND ${leavesForceOpen(inForce)} THEN NULL
                  WHEN excluded.data IS NULL THEN s.data
                  WHEN s.data IS NULL THEN excluded.data
                  ELSE merge_records(s.data, excluded.data) || ${LONGER_LISTS} END,
      problems = CASE WHEN ${isFull} AND excluded.hash IS NULL AND s.hash IS NOT NULL THEN s.problems
                      WHEN ${isFull} OR excluded.state = 'tombstone' THEN excluded.problems
                      WHEN excluded.data IS NULL OR s.problems IS NULL THEN coalesce(excluded.problems, s.problems)
                      ELSE (SELECT jsonb_agg(p) FROM jsonb_array_elements(
                              s.problems || coalesce(excluded.problems, '[]')) WITH ORDINALITY AS p (p, place)
                            WHERE place > jsonb_array_length(s.problems) OR NOT (
                              excluded.data ? (p->>'field')
                              OR starts_with(p->>'field', 'attributes.')
                                AND excluded.data->'attributes' ? substr(p->>'field', length('attributes.') + 1)))
                      END,
      hash = CASE WHEN excluded.state = 'skipped' THEN coalesce(s.hash, excluded.hash)
                  ELSE coalesce(excluded.hash, s.hash) END,
      new_id = coalesce(s.new_id, excluded.new_id),
      match_keys = CASE WHEN excluded.match_keys = '{}' THEN s.match_keys ELSE excluded.match_keys END`;
}

/** Whether the field for being in force was unreadable: the record then does not restore a deleted one (R4). */
function leavesForceOpen(inForce: readonly string[]): Prisma.Sql {
  return Prisma.sql`coalesce(jsonb_path_query_array(excluded.problems, '$[*].field') ?| ${[...inForce]}::text[], false)`;
}

async function insertProblems(
  tx: Tx,
  taskId: string,
  kind: RecordKind,
  problems: DedupedPage['problems'],
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO staged_problems (task_id, seq, kind, external_id, code, message, origin, place)
    SELECT ${taskId}::uuid, p.seq, ${kind}, p.external_id, p.code, p.message, p.origin, p.place
    FROM unnest(
      ${problems.map((problem) => problem.seq)}::bigint[], ${problems.map((problem) => problem.externalId)}::text[],
      ${problems.map((problem) => problem.code)}::text[], ${problems.map((problem) => problem.message)}::text[],
      ${problems.map((problem) => problem.origin)}::uuid[], ${problems.map((problem) => problem.place)}::int[]
    ) AS p (seq, external_id, code, message, origin, place)
    ON CONFLICT (task_id, seq) DO NOTHING`;
}

/** The state of the read after a page. */
export interface PullMarks {
  readonly seq: number;
  readonly checkpoint: unknown;
  readonly complete: Readonly<Record<RecordKind, string>>;
  readonly pulled: boolean;
  /** No `complete` of the read is used. */
  readonly disproved: boolean;
}

/** Saves the position of the read. The checkpoint must not be written before its records. */
export async function savePullMarks(tx: Tx, { task }: RunContext, marks: PullMarks): Promise<void> {
  const checkpoint = marks.checkpoint === undefined ? null : JSON.stringify(marks.checkpoint);
  await tx.$executeRaw`
    UPDATE sync_tasks SET
      checkpoint = coalesce(${checkpoint}::jsonb, checkpoint),
      checkpoint_seq = CASE WHEN ${checkpoint}::jsonb IS NULL THEN checkpoint_seq ELSE ${marks.seq} END,
      complete = CASE WHEN ${marks.disproved} THEN '{}' ELSE complete || ${JSON.stringify(marks.complete)}::jsonb END,
      pulled = ${marks.pulled}
    WHERE id = ${task.id}::uuid`;
}
