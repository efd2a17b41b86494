import type { Fields } from '../domain/fields.js';
import { isManual } from '../domain/manual-source.js';
import { findSuppliers, rankSupplies, type Supply } from '../domain/rank-supplies.js';
import type { RecordKind } from '../domain/record.js';
import type { Tx } from '../platform/db.js';

/** The row, and the form of its records. */
export interface SuppliedRow {
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
