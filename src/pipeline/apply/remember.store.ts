import type { RecordKind } from '../../domain/record.js';
import type { Tx } from '../../platform/db.js';
import type { PlannedLines } from '../../targets/target.js';
import type { RunContext } from '../run-context.js';

/** Lines of a plan whose rows are written. */
export interface AppliedPage extends PlannedLines {
  readonly kind: RecordKind;
}

/**
 * Remembers what the source said of the records of a page, and their links: a page that failed is left out, so that its
 * records count as moved next time. Absent keys keep what was said before (R3).
 */
export async function rememberRecords(
  tx: Tx,
  { task, scope }: RunContext,
  { kind, rank, from, to }: AppliedPage,
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO known_records AS k (source_id, kind, external_id, hash, data, target_id, task_id, applied_at)
    SELECT ${scope.sourceId}::uuid, s.kind, s.external_id, s.hash, s.data, c.target_id, c.task_id, clock_timestamp()
    FROM changes c
    JOIN staged_records s ON s.task_id = c.task_id AND s.kind = c.kind AND s.external_id = c.external_id
    WHERE c.task_id = ${task.id}::uuid AND c.rank = ${rank}::smallint AND c.id BETWEEN ${from} AND ${to}
      AND c.kind = ${kind} AND c.outcome IS NULL
      AND c.action IN ('create', 'link', 'update', 'restore', 'keep') AND s.state = 'present'
    ON CONFLICT (source_id, kind, external_id) DO UPDATE SET
      hash = excluded.hash,
      data = CASE WHEN k.data ? 'attributes' OR excluded.data ? 'attributes' THEN k.data || excluded.data ||
                    jsonb_build_object('attributes', coalesce(k.data->'attributes', '{}') ||
                                                     coalesce(excluded.data->'attributes', '{}'))
                  ELSE k.data || excluded.data END,
      target_id = excluded.target_id, task_id = excluded.task_id, applied_at = excluded.applied_at,
      removed_at = NULL`;
}

/** Ends the links of records that a page removed; what they said is kept for their return (R14). */
export async function endLinks(
  tx: Tx,
  { task, scope }: RunContext,
  { kind, rank, from, to }: AppliedPage,
): Promise<void> {
  await tx.$executeRaw`
    UPDATE known_records SET
      removed_at = clock_timestamp(), applied_at = clock_timestamp(), task_id = ${task.id}::uuid
    WHERE source_id = ${scope.sourceId}::uuid AND kind = ${kind} AND removed_at IS NULL
      -- An array, not a join: without statistics the planner walks all of the source's records for each line.
      AND external_id = ANY(ARRAY(
        SELECT c.external_id FROM changes c
        WHERE c.task_id = ${task.id}::uuid AND c.rank = ${rank}::smallint AND c.id BETWEEN ${from} AND ${to}
          AND c.kind = ${kind} AND c.outcome IS NULL AND c.action = 'remove'))`;
}

/** Puts the waiting references of a page's records in step: the old ones go, the plan's come (R20, R23). */
export async function rememberPending(
  tx: Tx,
  { task, scope }: RunContext,
  { kind, rank, from, to }: AppliedPage,
): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM pending_references
    WHERE source_id = ${scope.sourceId}::uuid AND kind = ${kind} AND external_id = ANY(ARRAY(
      SELECT c.external_id FROM changes c
      WHERE c.task_id = ${task.id}::uuid AND c.rank = ${rank}::smallint AND c.id BETWEEN ${from} AND ${to}
        AND c.kind = ${kind} AND c.outcome IS NULL AND c.action <> 'skip'))`;
  await tx.$executeRaw`
    INSERT INTO pending_references (source_id, kind, external_id, field, wanted_kind, wanted_external_id)
    SELECT ${scope.sourceId}::uuid, c.kind, c.external_id, w."field", w."kind", w."externalId"
    FROM changes c, jsonb_to_recordset(c.pending) AS w ("field" text, "kind" text, "externalId" text)
    WHERE c.task_id = ${task.id}::uuid AND c.rank = ${rank}::smallint AND c.id BETWEEN ${from} AND ${to}
      AND c.kind = ${kind} AND c.outcome IS NULL AND c.pending IS NOT NULL
    ON CONFLICT DO NOTHING`;
}

/** Has records compared again next time although they did not move, because something that they imply failed. */
export async function forgetOwners(
  tx: Tx,
  { scope }: RunContext,
  kind: RecordKind,
  externalIds: readonly string[],
): Promise<void> {
  await tx.$executeRaw`
    UPDATE known_records SET hash = '' WHERE source_id = ${scope.sourceId}::uuid AND kind = ${kind}
      AND external_id = ANY(${externalIds}::text[])`;
}

/** Has unique values checked here, where the page is known, and not at the commit; swaps inside the page are over. */
export async function checkUniqueNow(tx: Tx): Promise<void> {
  await tx.$executeRaw`SET CONSTRAINTS ALL IMMEDIATE`;
}

/** Has unique values checked at the end of the part, after one that was checked already. */
export async function checkUniqueLater(tx: Tx): Promise<void> {
  await tx.$executeRaw`SET CONSTRAINTS ALL DEFERRED`;
}
