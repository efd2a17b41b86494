import type { Tx } from '../../platform/db.js';
import type { DerivedTarget, RecordTarget, TargetReference } from '../../targets/target.js';
import type { RunContext } from '../run-context.js';
import type { DueChange } from './page.store.js';

/**
 * Handles lines that depend on new rows that could not be written: derived rows fail too, and records that refer to the
 * rows wait for them (R20, R23), so that the reference is set when the row is created.
 */
export async function failDependents(
  tx: Tx,
  context: RunContext,
  { kind }: RecordTarget,
  missing: readonly DueChange[],
): Promise<void> {
  if (missing.length === 0) return;
  const rows: MissingRows = {
    kind,
    ids: missing.map((line) => line.targetId),
    externalIds: missing.map((line) => line.externalId),
  };
  for (const target of context.targets.list()) {
    if (target.type === 'derived') await failDerived(tx, context, target, rows);
    else {
      const named = target.references.filter((reference) => reference.kind === kind);
      for (const reference of named) await letWait(tx, context, { target, reference }, rows);
    }
  }
}

interface MissingRows {
  readonly kind: string;
  readonly ids: readonly (string | null)[];
  readonly externalIds: readonly (string | null)[];
}

/** Fails derived lines whose owner or referenced row is missing; in the second case the owner's record waits. */
async function failDerived(
  tx: Tx,
  { task, scope }: RunContext,
  { name, field, accepts }: DerivedTarget,
  { kind, ids, externalIds }: MissingRows,
): Promise<void> {
  await tx.$executeRaw`
    WITH missing AS (
      SELECT * FROM unnest(${ids}::uuid[], ${externalIds}::text[]) AS m (id, external_id)
    ), failed AS (
      UPDATE changes c SET outcome = 'failed', code = 'reference_failed',
        message = 'It belongs to ' || ${kind} || ' ' || m.external_id || ', which could not be written.'
      FROM missing m
      WHERE c.task_id = ${task.id}::uuid AND c.target = ${name} AND c.outcome IS NULL AND c.action <> 'skip'
        AND (c.target_id = m.id OR EXISTS (SELECT 1 FROM jsonb_each_text(c.after) v WHERE v.value = m.id::text))
      RETURNING c.external_id, c.target_id, m.id AS missing_id, m.external_id AS wanted
    ), waiting AS (
      SELECT DISTINCT o.kind, f.external_id, f.wanted FROM failed f, unnest(${[...accepts]}::text[]) AS o (kind)
      WHERE f.target_id <> f.missing_id
    ), planned AS (
      UPDATE changes c SET pending = coalesce(c.pending, '[]') || w.waiting
      FROM (SELECT kind, external_id, jsonb_agg(jsonb_build_object(
              'field', ${field}::text, 'kind', ${kind}::text, 'externalId', wanted)) AS waiting
            FROM waiting GROUP BY kind, external_id) w
      WHERE c.task_id = ${task.id}::uuid AND c.kind = w.kind AND c.external_id = w.external_id AND c.outcome IS NULL
        AND c.action <> 'skip'
    )
    INSERT INTO pending_references (source_id, kind, external_id, field, wanted_kind, wanted_external_id)
    SELECT ${scope.sourceId}::uuid, kind, external_id, ${field}, ${kind}, wanted FROM waiting
    ON CONFLICT DO NOTHING`;
}

/** Lines with a reference to a missing row are applied without it for now. */
async function letWait(
  tx: Tx,
  { task, scope }: RunContext,
  { target, reference }: { target: RecordTarget; reference: TargetReference },
  { kind, ids, externalIds }: MissingRows,
): Promise<void> {
  const { field, column } = reference;
  await tx.$executeRaw`
    WITH waiting AS (
      UPDATE changes c SET after = c.after || jsonb_build_object(${column}::text, NULL),
        pending = coalesce(c.pending, '[]') || jsonb_build_array(
          jsonb_build_object('field', ${field}::text, 'kind', ${kind}::text, 'externalId', m.external_id))
      FROM unnest(${ids}::text[], ${externalIds}::text[]) AS m (id, external_id)
      WHERE c.task_id = ${task.id}::uuid AND c.target = ${target.name} AND c.outcome IS NULL
        AND c.action NOT IN ('skip', 'keep') AND c.after->>${column} = m.id
      RETURNING c.kind, c.external_id, m.external_id AS wanted
    )
    INSERT INTO pending_references (source_id, kind, external_id, field, wanted_kind, wanted_external_id)
    SELECT ${scope.sourceId}::uuid, kind, external_id, ${field}, ${kind}, wanted FROM waiting
    ON CONFLICT DO NOTHING`;
}
