import { DEPARTMENT, type RecordKind } from '../../domain/record.js';
import type { Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';

/** The known fields of another source for a row. */
export interface OtherSupply {
  readonly targetId: string;
  readonly sourceId: string;
  readonly sourceName: string;
  readonly priority: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The fields that other sources with links to these rows supply (R13). */
export async function findOtherSupplies(
  tx: Tx,
  { scope }: RunContext,
  kind: RecordKind,
  targetIds: readonly string[],
): Promise<readonly OtherSupply[]> {
  if (targetIds.length === 0) return [];
  return tx.$queryRaw<OtherSupply[]>`
    SELECT k.target_id AS "targetId", k.source_id AS "sourceId", s.name AS "sourceName", s.priority, k.data
    FROM known_records k
    JOIN sources s ON s.id = k.source_id
    WHERE k.target_id = ANY(${targetIds}::uuid[]) AND k.source_id <> ${scope.sourceId}::uuid AND k.kind = ${kind}
      AND k.removed_at IS NULL`;
}

/** A record of another source to which a record of that source refers. */
interface ForeignReference {
  readonly sourceId: string;
  readonly kind: RecordKind;
  readonly externalId: string;
}

/** Target ids of records of other sources, by `sourceId/kind/externalId`. */
export async function resolveForeign(
  tx: Tx,
  wanted: readonly ForeignReference[],
): Promise<ReadonlyMap<string, string>> {
  if (wanted.length === 0) return new Map();
  const rows = await tx.$queryRaw<{ key: string; id: string }[]>`
    SELECT k.source_id || '/' || k.kind || '/' || k.external_id AS key, k.target_id AS id
    FROM unnest(${wanted.map((one) => one.sourceId)}::uuid[], ${wanted.map((one) => one.kind)}::text[],
                ${wanted.map((one) => one.externalId)}::text[]) AS w (source_id, kind, external_id)
    JOIN known_records k ON k.source_id = w.source_id AND k.kind = w.kind AND k.external_id = w.external_id
      AND k.removed_at IS NULL`;
  return new Map(rows.map((row) => [row.key, row.id]));
}

/**
 * The rows of a kind, by id, to which edits by hand refer and which exist or are created by this plan (R51). A removed
 * department cannot be a parent; a user who is not in force can stay a manager.
 */
export async function findNamedRows(
  tx: Tx,
  { task, targets }: RunContext,
  kind: RecordKind,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const target = targets.ofKind(kind);
  if (ids.length === 0 || !target) return new Map();
  const rows = await target.findByIds(tx, ids);
  if (kind !== DEPARTMENT) return new Map(rows.map(({ id }) => [id, id]));
  const there = rows.filter((row) => row.fields['removed'] !== true).map(({ id }) => id);
  const leaving = await tx.$queryRaw<{ id: string }[]>`
    SELECT target_id AS id FROM changes
    WHERE task_id = ${task.id}::uuid AND kind = ${kind} AND target_id = ANY(${there}::uuid[]) AND action = 'remove'
      AND (code = 'delete' OR after @> ${JSON.stringify(target.removed)}::jsonb)`;
  const gone = new Set(leaving.map(({ id }) => id));
  return new Map(there.filter((id) => !gone.has(id)).map((id) => [id, id]));
}
