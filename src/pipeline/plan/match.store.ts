import type { RecordKind } from '../../domain/record.js';
import type { Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';
import type { PageRange } from './in-pages.js';

/** A record that was never linked, with the keys that may tie it to an existing row. */
export interface Unmatched {
  readonly externalId: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Empty = the source's. */
  readonly matchKeys: readonly string[];
}

/** The next never-seen records that a match key may help. */
export async function nextUnmatched(
  tx: Tx,
  { task, scope, source }: RunContext,
  kind: RecordKind,
  { after, limit }: PageRange,
): Promise<readonly Unmatched[]> {
  return tx.$queryRaw<Unmatched[]>`
    SELECT s.external_id AS "externalId", s.data, coalesce(s.match_keys, '{}') AS "matchKeys"
    FROM staged_records s
    LEFT JOIN known_records k ON k.source_id = ${scope.sourceId}::uuid AND k.kind = s.kind
      AND k.external_id = s.external_id
    WHERE s.task_id = ${task.id}::uuid AND s.kind = ${kind} AND s.state = 'present' AND k.external_id IS NULL
      AND s.external_id > ${after} AND (s.match_keys <> '{}' OR ${source.matchKeys.length > 0})
    ORDER BY s.external_id
    LIMIT ${limit}`;
}

/** Which of these rows the source links already. */
export async function findLinked(
  tx: Tx,
  { scope }: RunContext,
  kind: RecordKind,
  targetIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT target_id AS id FROM known_records
    WHERE target_id = ANY(${targetIds}::uuid[]) AND source_id = ${scope.sourceId}::uuid AND kind = ${kind}
      AND removed_at IS NULL`;
  return new Set(rows.map((row) => row.id));
}

/** Writes which existing rows the records found. */
export async function saveMatches(
  tx: Tx,
  { task }: RunContext,
  kind: RecordKind,
  matches: readonly { readonly externalId: string; readonly targetId: string }[],
): Promise<void> {
  if (matches.length === 0) return;
  await tx.$executeRaw`
    UPDATE staged_records s SET new_id = m.target_id, matched = true
    FROM unnest(${matches.map((match) => match.externalId)}::text[], ${matches.map((match) => match.targetId)}::uuid[])
      AS m (external_id, target_id)
    WHERE s.task_id = ${task.id}::uuid AND s.kind = ${kind} AND s.external_id = m.external_id`;
}

/** Takes records whose match failed off the work list; the plan already says why. */
export async function skipStaged(
  tx: Tx,
  { task }: RunContext,
  kind: RecordKind,
  externalIds: readonly string[],
): Promise<void> {
  if (externalIds.length === 0) return;
  await tx.$executeRaw`
    UPDATE staged_records SET state = 'skipped'
    WHERE task_id = ${task.id}::uuid AND kind = ${kind} AND external_id = ANY(${externalIds}::text[])`;
}

/** Two records of one read that found the same row: the first one has it (R10). */
export async function skipTwinMatches(
  tx: Tx,
  { task }: RunContext,
  kind: RecordKind,
  { target, rank }: { target: string; rank: number },
): Promise<void> {
  await tx.$executeRaw`
    WITH later AS (
      SELECT external_id, new_id FROM (
        SELECT external_id, new_id, row_number() OVER (PARTITION BY new_id ORDER BY external_id) AS place
        FROM staged_records WHERE task_id = ${task.id}::uuid AND kind = ${kind} AND matched AND state = 'present'
      ) numbered WHERE place > 1
    ), skipped AS (
      UPDATE staged_records s SET state = 'skipped' FROM later
      WHERE s.task_id = ${task.id}::uuid AND s.kind = ${kind} AND s.external_id = later.external_id
      RETURNING s.external_id, later.new_id
    )
    INSERT INTO changes (task_id, rank, target, kind, external_id, target_id, action, code, message)
    SELECT ${task.id}::uuid, ${rank}, ${target}, ${kind}, external_id, new_id, 'skip', 'match_taken',
           'Another record of this read matches the same row. Correct the match key of one of them at the source.'
    FROM skipped`;
}
