import { isManual, MANUAL_SOURCE } from '../domain/manual-source.js';
import type { Tx } from '../platform/db.js';
import type { Fields } from '../domain/fields.js';
import { findSuppliers, rankSupplies, type Supply } from '../domain/compose-fields.js';
import type { RecordKind } from '../domain/record.js';

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

/** The row, and the form of its records. */
interface SuppliedRow {
  readonly kind: RecordKind;
  readonly id: string;
  /** The fields that records supply. */
  readonly fields: readonly string[];
  /** The record's reference field, its kind, the row's column and the value of the column. */
  readonly reference: {
    readonly field: string;
    readonly column: string;
    readonly kind: RecordKind;
    readonly id: string | null;
  };
}

/** The source that supplies each field of a row (R13); a custom field is `attributes.<name>`. Reads only. */
export async function findFieldSuppliers(
  tx: Tx,
  row: SuppliedRow,
): Promise<Readonly<Record<string, { source: string }>>> {
  const { kind, id, reference } = row;
  const rows = await tx.$queryRaw<(Omit<Supply, 'fields'> & { data: Fields; named: boolean })[]>`
    SELECT k.source_id AS "sourceId", s.name AS "sourceName", s.priority, k.data, EXISTS (
             SELECT 1 FROM known_records r WHERE r.source_id = k.source_id AND r.kind = ${reference.kind}
               AND r.external_id = k.data->>${reference.field} AND r.removed_at IS NULL) AS named
    FROM known_records k JOIN sources s ON s.id = k.source_id
    WHERE k.target_id = ${id}::uuid AND k.kind = ${kind} AND k.removed_at IS NULL`;
  const supplies = rows.map(({ data, named, ...source }) => ({
    ...source,
    fields: fieldsOf(row, { data, named, ...source }),
  }));
  const suppliers = Object.entries(findSuppliers(rankSupplies(supplies)));
  return Object.fromEntries(suppliers.map(([field, source]) => [field, { source }]));
}

/** A reference counts if its record exists; one that was edited by hand, if the row has it. */
function fieldsOf(
  { fields: names, reference: { field, column, id } }: SuppliedRow,
  { data, named, sourceId }: { readonly data: Fields; readonly named: boolean; readonly sourceId: string },
): Fields {
  const fields = Object.fromEntries(names.flatMap((name) => (Object.hasOwn(data, name) ? [[name, data[name]]] : [])));
  const uid = data[field];
  if (uid === undefined) return fields;
  const isThere = isManual(sourceId) ? uid === id : named;
  if (uid !== null && !isThere) return fields;
  return { ...fields, [column]: uid };
}
