import type { Tx } from '../platform/db.js';

/** A reference of a row's record that waits for a missing record (R20, R23). */
export interface WaitingRow {
  readonly source: string;
  /** The record's field: `departments`, `managerUid`, `parentUid`. */
  readonly field: string;
  /** The missing record. */
  readonly kind: string;
  readonly externalId: string;
}

/** The waiting references of target rows' live records, by target id; without waits for unique values. */
export async function findWaiting(
  tx: Tx,
  kind: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly WaitingRow[]>> {
  const rows = await tx.$queryRaw<(WaitingRow & { targetId: string })[]>`
    SELECT k.target_id AS "targetId", s.name AS source, p.field, p.wanted_kind AS kind,
           p.wanted_external_id AS "externalId"
    FROM known_records k
    JOIN sources s ON s.id = k.source_id
    JOIN pending_references p ON p.source_id = k.source_id AND p.kind = k.kind AND p.external_id = k.external_id
    WHERE k.target_id = ANY(${[...ids]}::uuid[]) AND k.kind = ${kind} AND k.removed_at IS NULL
      AND strpos(p.wanted_kind, '.') = 0
    ORDER BY s.name, p.field, p.wanted_external_id`;
  const byTarget = new Map<string, WaitingRow[]>();
  for (const { targetId, ...waiting } of rows) byTarget.set(targetId, [...(byTarget.get(targetId) ?? []), waiting]);
  return byTarget;
}
