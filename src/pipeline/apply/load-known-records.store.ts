import type { Tx } from '../../platform/db.js';
import type { DerivedTarget, RecordTarget } from '../../targets/target.js';
import type { RunContext } from '../run-context.js';
import type { AppliedPage } from './save-known-records.store.js';

/**
 * Restores the known records of the source to their state before the task that is undone, and links the rows that this
 * task removed. They get no hash, so that the next read compares them. Touches the records of a page's lines.
 */
export async function restoreKnownRecords(
  tx: Tx,
  { task, scope }: RunContext,
  { kind, rank, from, to }: AppliedPage,
): Promise<void> {
  await tx.$executeRaw`
    UPDATE known_records k SET
      data = coalesce(nullif(s.data->'known', 'null'), k.data), hash = '',
      task_id = CASE WHEN latest.said THEN c.task_id ELSE k.task_id END,
      applied_at = CASE WHEN latest.said THEN clock_timestamp() ELSE k.applied_at END,
      removed_at = CASE WHEN c.action = 'restore' THEN NULL ELSE k.removed_at END
    FROM changes c
    JOIN staged_records s ON s.task_id = c.task_id AND s.kind = c.kind AND s.external_id = c.external_id
    CROSS JOIN LATERAL (
      -- A row that only followed another one has no new values of its source.
      SELECT c.action = 'restore' OR jsonb_typeof(s.data->'known') = 'object' AS said) latest
    WHERE c.task_id = ${task.id}::uuid AND c.rank = ${rank}::smallint AND c.id BETWEEN ${from} AND ${to}
      AND c.kind = ${kind} AND c.outcome IS NULL AND c.action <> 'skip'
      AND k.source_id = ${scope.sourceId}::uuid AND k.kind = c.kind AND k.external_id = c.external_id`;
}

/** Makes references of the undone records to missing records pending again (R20, R23). Idempotent. */
export async function restorePendingReferences(tx: Tx, context: RunContext): Promise<void> {
  for (const target of context.targets.list()) {
    if (target.type === 'record') await restoreReferences(tx, context, target);
    else await restoreItems(tx, context, target);
  }
}

async function restoreReferences(
  tx: Tx,
  { task, scope }: RunContext,
  { kind, references }: RecordTarget,
): Promise<void> {
  for (const { field, kind: wanted } of references) {
    await tx.$executeRaw`
      INSERT INTO pending_references (source_id, kind, external_id, field, wanted_kind, wanted_external_id)
      SELECT k.source_id, k.kind, k.external_id, ${field}, ${wanted}, k.data->>${field}
      FROM staged_records s
      JOIN known_records k ON k.source_id = ${scope.sourceId}::uuid AND k.kind = s.kind
        AND k.external_id = s.external_id AND k.removed_at IS NULL
      LEFT JOIN known_records w ON w.source_id = k.source_id AND w.kind = ${wanted}
        AND w.external_id = k.data->>${field} AND w.removed_at IS NULL
      WHERE s.task_id = ${task.id}::uuid AND s.kind = ${kind} AND k.data->>${field} IS NOT NULL AND w.external_id IS NULL
      ON CONFLICT DO NOTHING`;
  }
}

async function restoreItems(
  tx: Tx,
  { task, scope }: RunContext,
  { kind, accepts, field, undo }: DerivedTarget,
): Promise<void> {
  if (!undo) return;
  await tx.$executeRaw`
    INSERT INTO pending_references (source_id, kind, external_id, field, wanted_kind, wanted_external_id)
    SELECT DISTINCT k.source_id, k.kind, k.external_id, ${field}, ${undo.names}, item->>'uid'
    FROM staged_records s
    JOIN known_records k ON k.source_id = ${scope.sourceId}::uuid AND k.kind = ANY(${[...accepts]}::text[])
      AND k.external_id IN (s.external_id, s.data->>'owner') AND k.removed_at IS NULL
    CROSS JOIN LATERAL jsonb_array_elements(
      CASE jsonb_typeof(k.data->${field}) WHEN 'array' THEN k.data->${field} ELSE '[]' END) AS item
    LEFT JOIN known_records w ON w.source_id = k.source_id AND w.kind = ${undo.names}
      AND w.external_id = item->>'uid' AND w.removed_at IS NULL
    WHERE s.task_id = ${task.id}::uuid AND (s.kind = ANY(${[...accepts]}::text[]) OR s.kind = ${kind})
      AND item->>'uid' IS NOT NULL AND w.external_id IS NULL
    ON CONFLICT DO NOTHING`;
}
