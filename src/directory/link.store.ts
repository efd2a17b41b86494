import { MANUAL_SOURCE } from '../domain/manual-source.js';
import type { Tx } from '../platform/db.js';

/** A link of a row to a source. */
export interface LinkRow {
  readonly source: string;
  readonly externalId: string;
  readonly lastSeenAt: Date;
}

/**
 * The live links of target rows, without those of the built-in source (R51), by target id: the last complete read of a
 * source had all records that it still links.
 */
export async function findLinks(tx: Tx, kind: string, ids: readonly string[]): Promise<ReadonlyMap<string, LinkRow[]>> {
  const rows = await tx.$queryRaw<(LinkRow & { targetId: string })[]>`
    SELECT k.target_id AS "targetId", s.name AS source, k.external_id AS "externalId",
           GREATEST(k.applied_at, s.last_complete_at) AS "lastSeenAt"
    FROM known_records k JOIN sources s ON s.id = k.source_id
    WHERE k.target_id = ANY(${[...ids]}::uuid[]) AND k.kind = ${kind} AND k.removed_at IS NULL
      AND k.source_id <> ${MANUAL_SOURCE.id}::uuid
    ORDER BY s.name, k.external_id`;
  const byTarget = new Map<string, LinkRow[]>();
  for (const { targetId, ...link } of rows) byTarget.set(targetId, [...(byTarget.get(targetId) ?? []), link]);
  return byTarget;
}
