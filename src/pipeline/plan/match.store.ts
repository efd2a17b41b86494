import type { RecordKind } from '../../domain/record.js';
import type { Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';
import type { PageRange } from './in-pages.js';
import { ownRow } from './plan-fragments.store.js';

/** A record without a link, with the match keys for it. */
export interface Unmatched {
  readonly externalId: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Empty = the source's. */
  readonly matchKeys: readonly string[];
}

/** The next records to match: new ones, and those whose former row belongs to another record now. */
export async function nextUnmatched(
  tx: Tx,
  context: RunContext,
  kind: RecordKind,
  { after, limit }: PageRange,
): Promise<readonly Unmatched[]> {
  const { task, scope, source } = context;
  return tx.$queryRaw<Unmatched[]>`
    SELECT s.external_id AS "externalId", s.data, coalesce(s.match_keys, '{}') AS "matchKeys"
    FROM staged_records s
    LEFT JOIN known_records k ON k.source_id = ${scope.sourceId}::uuid AND k.kind = s.kind
      AND k.external_id = s.external_id
    WHERE s.task_id = ${task.id}::uuid AND s.kind = ${kind} AND s.state = 'present'
      AND (k.external_id IS NULL OR ${ownRow(context)} IS NULL)
      AND s.external_id > ${after} AND (s.match_keys <> '{}' OR ${source.matchKeys.length > 0})
    ORDER BY s.external_id
    LIMIT ${limit}`;
}

/**
 * Those of the rows that the source links, or links again because a former record of the row returns in this task: row
 * id → whether the link stays. A link whose record this task removes can move to another record (R10).
 */
export async function findLinks(
  tx: Tx,
  context: RunContext,
  kind: RecordKind,
  targetIds: readonly string[],
): Promise<ReadonlyMap<string, 'live' | 'leaving'>> {
  const { task, scope } = context;
  const rows = await tx.$queryRaw<{ id: string; stays: boolean }[]>`
    SELECT k.target_id AS id, bool_or(k.removed_at IS NOT NULL OR coalesce(s.state, '') NOT IN ('tombstone', 'absent')) AS stays
    FROM known_records k
    LEFT JOIN LATERAL (
      SELECT state FROM staged_records
      WHERE task_id = ${task.id}::uuid AND kind = k.kind AND external_id = k.external_id
      OFFSET 0) s ON true
    WHERE k.target_id = ANY(${targetIds}::uuid[]) AND k.source_id = ${scope.sourceId}::uuid AND k.kind = ${kind}
      AND (k.removed_at IS NULL OR (s.state = 'present' AND ${ownRow(context)} IS NOT NULL))
    GROUP BY k.target_id`;
  return new Map(rows.map(({ id, stays }) => [id, stays ? 'live' : 'leaving']));
}

/** A record without a link, and the existing row that a match key found. */
export interface FoundMatch {
  readonly externalId: string;
  readonly targetId: string;
  /** The lowest rank gets the row (`matchRank`). */
  readonly rank: number;
}

/** Saves the existing rows that the records matched. */
export async function saveMatches(
  tx: Tx,
  { task }: RunContext,
  kind: RecordKind,
  matches: readonly FoundMatch[],
): Promise<void> {
  if (matches.length === 0) return;
  await tx.$executeRaw`
    UPDATE staged_records s SET new_id = m.target_id, matched = true, match_rank = m.rank
    FROM unnest(${matches.map((match) => match.externalId)}::text[], ${matches.map((match) => match.targetId)}::uuid[],
                ${matches.map((match) => match.rank)}::smallint[]) AS m (external_id, target_id, rank)
    WHERE s.task_id = ${task.id}::uuid AND s.kind = ${kind} AND s.external_id = m.external_id`;
}

/** Removes records whose match failed from the work list; the plan already has a line with the reason. */
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

/**
 * Decides between records of one read that matched the same row (R10): the one with the lowest rank gets it, and the
 * others are skipped. If several have the lowest rank, none gets it: the order of ids must not decide.
 */
export async function skipRivalMatches(
  tx: Tx,
  { task }: RunContext,
  kind: RecordKind,
  { target, rank }: { target: string; rank: number },
): Promise<void> {
  await tx.$executeRaw`
    WITH placed AS (
      SELECT external_id, new_id, rank() OVER (PARTITION BY new_id ORDER BY match_rank) AS place
      FROM staged_records WHERE task_id = ${task.id}::uuid AND kind = ${kind} AND matched AND state = 'present'
    ), judged AS (
      SELECT external_id, new_id, place, count(*) FILTER (WHERE place = 1) OVER (PARTITION BY new_id) > 1 AS open
      FROM placed
    ), skipped AS (
      -- Without the id of the row: a reference to that row is not one to the skipped record.
      UPDATE staged_records s SET state = 'skipped', new_id = NULL FROM judged j
      WHERE s.task_id = ${task.id}::uuid AND s.kind = ${kind} AND s.external_id = j.external_id
        AND (j.open OR j.place > 1)
      RETURNING s.external_id, j.new_id, j.open
    )
    INSERT INTO changes (task_id, rank, target, kind, external_id, target_id, action, code, message)
    SELECT ${task.id}::uuid, ${rank}, ${target}, ${kind}, external_id, new_id, 'skip',
           CASE WHEN open THEN 'match_ambiguous' ELSE 'match_taken' END,
           CASE WHEN open
                THEN 'Several records of this read match user ' || new_id || '. Correct the match key of all but one of them at the source.'
                ELSE 'Another record of this read matches user ' || new_id || ' by a stronger match key. Correct the match key of one of them at the source.' END
    FROM skipped ORDER BY external_id`;
}
