import type { RecordKind } from '../../domain/record.js';
import type { Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';

/** The fields that the source last supplied for these records, also if their link ended: they may come back (R14). */
export async function findKnownFields(
  tx: Tx,
  { scope }: RunContext,
  kind: RecordKind,
  externalIds: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
  const rows = await tx.$queryRaw<{ externalId: string; data: Readonly<Record<string, unknown>> }[]>`
    SELECT external_id AS "externalId", data FROM known_records
    WHERE source_id = ${scope.sourceId}::uuid AND kind = ${kind} AND external_id = ANY(${externalIds}::text[])`;
  return new Map(rows.map((row) => [row.externalId, row.data]));
}
