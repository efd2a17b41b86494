import { LINK_MOVED } from '../../domain/change.js';
import { DECISIONS } from '../../domain/hand-decisions.js';
import { isManual } from '../../domain/manual-source.js';
import { RELEASED } from '../../domain/released-fields.js';
import type { RecordKind } from '../../domain/record.js';
import { Prisma, type Tx } from '../../platform/db.js';
import type { PlannedLines } from '../../targets/target.js';
import type { RunContext } from '../run-context.js';

/** Lines of a plan whose rows are written. */
export interface AppliedPage extends PlannedLines {
  readonly kind: RecordKind;
}

/**
 * Saves the records of a page as known records, with their links. Failed lines are left out, so that their records
 * count as changed in the next read. Absent keys keep their known values (R3). A record with field problems gets no
 * hash: the next read compares it again, reports the problems again, and uses the fields as soon as they are correct. A
 * custom field that is null is deleted (R2). Of a record of the built-in source (R51), null is kept, a released field is
 * deleted, and decisions are not saved, because the row has them: without a hash, a repeated decision is compared again.
 */
export async function saveKnownRecords(
  tx: Tx,
  { task, scope }: RunContext,
  { kind, rank, from, to }: AppliedPage,
): Promise<void> {
  const byHand = isManual(scope.sourceId);
  const forgets = byHand ? () => Prisma.sql`true` : hasNulls;
  const kept = byHand ? withoutReleasesAndDecisions : withoutNulls;
  const hasHash = byHand
    ? Prisma.sql`c.problems IS NULL AND NOT s.data ?| ${[...DECISIONS]}::text[]`
    : Prisma.sql`c.problems IS NULL`;
  await tx.$executeRaw`
    INSERT INTO known_records AS k (source_id, kind, external_id, hash, data, target_id, task_id, applied_at)
    SELECT ${scope.sourceId}::uuid, s.kind, s.external_id, CASE WHEN ${hasHash} THEN s.hash ELSE '' END,
           CASE WHEN ${forgets(Prisma.sql`s.data`)} AND NOT EXISTS (
                  SELECT 1 FROM known_records o
                  WHERE o.source_id = ${scope.sourceId}::uuid AND o.kind = s.kind AND o.external_id = s.external_id)
                THEN ${kept(Prisma.sql`s.data`)} ELSE s.data END,
           c.target_id, c.task_id, clock_timestamp()
    FROM changes c
    JOIN staged_records s ON s.task_id = c.task_id AND s.kind = c.kind AND s.external_id = c.external_id
    WHERE c.task_id = ${task.id}::uuid AND c.rank = ${rank}::smallint AND c.id BETWEEN ${from} AND ${to}
      AND c.kind = ${kind} AND c.outcome IS NULL
      AND c.action IN ('create', 'link', 'update', 'restore', 'keep') AND s.state = 'present'
    ON CONFLICT (source_id, kind, external_id) DO UPDATE SET
      hash = excluded.hash,
      data = CASE WHEN ${forgets(Prisma.sql`excluded.data`)}
                  THEN ${kept(Prisma.sql`merge_records(k.data, excluded.data)`)}
                  ELSE merge_records(k.data, excluded.data) END,
      target_id = excluded.target_id, task_id = excluded.task_id, applied_at = excluded.applied_at,
      removed_at = NULL`;
}

/** Whether a record clears a custom field; strict, because a list that contains null is a value. */
function hasNulls(record: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`${record}->'attributes' @? 'strict $.* ? (@ == null)'`;
}

/** A record without its custom fields that are null: a cleared field does not count for the limits (R2). */
function withoutNulls(record: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(
    SELECT record || jsonb_build_object('attributes', (
      SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(record->'attributes') WHERE value <> 'null'))
    FROM (SELECT ${record} AS record OFFSET 0) AS said)`;
}

/** A record without its released fields and custom fields, and without decisions. */
function withoutReleasesAndDecisions(record: Prisma.Sql): Prisma.Sql {
  const released = JSON.stringify(RELEASED);
  return Prisma.sql`(
    SELECT coalesce(jsonb_object_agg(key, CASE WHEN key <> 'attributes' THEN value ELSE (
             SELECT coalesce(jsonb_object_agg(c.key, c.value), '{}') FROM jsonb_each(value) c
             WHERE c.value <> ${released}::jsonb) END), '{}')
    FROM jsonb_each(${record}) WHERE value <> ${released}::jsonb AND key <> ALL(${[...DECISIONS]}::text[]))`;
}

/** Records whose links to rows of a page's lines are ended or moved to the record of the line (R10). */
function movedLinks(
  { task, scope }: RunContext,
  { kind, rank, from, to }: AppliedPage,
  which: 'live' | 'ended',
): Prisma.Sql {
  const live = which === 'live';
  // Fenced off: each link is looked up by its row, also without statistics.
  return Prisma.sql`
    SELECT former.external_id FROM changes c
    CROSS JOIN LATERAL (
      SELECT k.external_id FROM known_records k
      WHERE k.source_id = ${scope.sourceId}::uuid AND k.kind = ${kind} AND k.target_id = c.target_id
        AND k.external_id <> c.external_id
        AND CASE WHEN ${live} THEN k.removed_at IS NULL
                 ELSE k.removed_at IS NOT NULL AND k.task_id = ${task.id}::uuid END
      OFFSET 0) former
    WHERE c.task_id = ${task.id}::uuid AND c.rank = ${rank}::smallint AND c.id BETWEEN ${from} AND ${to}
      AND c.kind = ${kind} AND c.outcome IS NULL AND c.action IN ('link', 'restore') AND c.code = ${LINK_MOVED}`;
}

/**
 * Ends the links of records that a page removed, and of those whose row moves to another record; their data are kept in
 * case they come back (R14).
 */
export async function endLinks(tx: Tx, context: RunContext, applied: AppliedPage): Promise<void> {
  const { task, scope } = context;
  const { kind, rank, from, to } = applied;
  await tx.$executeRaw`
    UPDATE known_records SET
      removed_at = clock_timestamp(), applied_at = clock_timestamp(), task_id = ${task.id}::uuid
    WHERE source_id = ${scope.sourceId}::uuid AND kind = ${kind} AND removed_at IS NULL
      -- An array, not a join: without statistics the planner walks all of the source's records for each line.
      AND external_id = ANY(ARRAY(
        SELECT c.external_id FROM changes c
        WHERE c.task_id = ${task.id}::uuid AND c.rank = ${rank}::smallint AND c.id BETWEEN ${from} AND ${to}
          AND c.kind = ${kind} AND c.outcome IS NULL AND c.action = 'remove'
        UNION ALL ${movedLinks(context, applied, 'live')}))`;
}

/**
 * Replaces the waiting references of a page's records by those of the plan (R20, R23). If the row of a removed record
 * waits for a value, the records of the other sources that link the row wait for it instead (R12).
 */
export async function savePendingReferences(tx: Tx, context: RunContext, applied: AppliedPage): Promise<void> {
  const { task, scope } = context;
  const { kind, rank, from, to } = applied;
  await tx.$executeRaw`
    DELETE FROM pending_references
    WHERE source_id = ${scope.sourceId}::uuid AND kind = ${kind} AND external_id = ANY(ARRAY(
      SELECT c.external_id FROM changes c
      WHERE c.task_id = ${task.id}::uuid AND c.rank = ${rank}::smallint AND c.id BETWEEN ${from} AND ${to}
        AND c.kind = ${kind} AND c.outcome IS NULL AND c.action <> 'skip'
      UNION ALL ${movedLinks(context, applied, 'ended')}))`;
  // MATERIALIZED and OFFSET 0: without statistics the planner would scan the lines once for each known record.
  await tx.$executeRaw`
    WITH lines AS MATERIALIZED (
      SELECT c.external_id, c.target_id, c.action, c.pending FROM changes c
      WHERE c.task_id = ${task.id}::uuid AND c.rank = ${rank}::smallint AND c.id BETWEEN ${from} AND ${to}
        AND c.kind = ${kind} AND c.outcome IS NULL AND c.pending IS NOT NULL
    )
    INSERT INTO pending_references (source_id, kind, external_id, field, wanted_kind, wanted_external_id)
    SELECT ${scope.sourceId}::uuid, ${kind}, l.external_id, w."field", w."kind", w."externalId"
    FROM lines l, jsonb_to_recordset(l.pending) AS w ("field" text, "kind" text, "externalId" text)
    WHERE l.action <> 'remove'
    UNION
    SELECT k.source_id, ${kind}, k.external_id, w."field", w."kind", w."externalId"
    FROM lines l, jsonb_to_recordset(l.pending) AS w ("field" text, "kind" text, "externalId" text), LATERAL (
      SELECT source_id, external_id FROM known_records
      WHERE target_id = l.target_id AND kind = ${kind} AND removed_at IS NULL
      OFFSET 0
    ) k
    WHERE l.action = 'remove'
    ON CONFLICT DO NOTHING`;
}

/** Clears the hashes of records so that the next read compares them again, because a row derived from them failed. */
export async function clearOwnerHashes(
  tx: Tx,
  { scope }: RunContext,
  kind: RecordKind,
  externalIds: readonly string[],
): Promise<void> {
  await tx.$executeRaw`
    UPDATE known_records SET hash = '' WHERE source_id = ${scope.sourceId}::uuid AND kind = ${kind}
      AND external_id = ANY(${externalIds}::text[])`;
}

/** Checks unique values now, while the page is known, instead of at the commit; all swaps in the page are done. */
export async function checkUniqueNow(tx: Tx): Promise<void> {
  await tx.$executeRaw`SET CONSTRAINTS ALL IMMEDIATE`;
}

/** Defers the check of unique values again, to the end of the next part of the transaction. */
export async function checkUniqueLater(tx: Tx): Promise<void> {
  await tx.$executeRaw`SET CONSTRAINTS ALL DEFERRED`;
}
