import type { Fields } from '../../domain/fields.js';
import { isManual, MANUAL_SOURCE } from '../../domain/manual-source.js';
import { rankSupplies } from '../../domain/compose-fields.js';
import type { Tx } from '../../platform/db.js';
import type { PendingReference, RecordTarget } from '../../targets/target.js';
import type { RunContext } from '../run-context.js';
import { findNamedRows, findOtherSupplies, type OtherSupply, resolveForeign } from './supplies.store.js';
import { resolveReferences } from './worklist.store.js';

type CleanRecord = Readonly<Record<string, unknown>>;

/** A row of a page with the fields of this source; null when its record is gone. */
export interface SuppliedRow {
  readonly targetId: string;
  readonly record: CleanRecord | null;
  /** No other source can link the row yet. */
  readonly isNew: boolean;
  /** Fields that the record releases, as nulls: they are empty if no other source supplies them (R51). */
  readonly released?: Fields | undefined;
}

/** The supplies of a row, highest priority first, and the references that wait. */
export interface RowSupplies {
  readonly supplies: readonly Fields[];
  readonly pending: readonly PendingReference[];
  /** Another source lists the row; edits by hand do not count (R14, R51). */
  readonly isListed: boolean;
}

/** The supplies of all linked sources for a page of rows, with references as ids (R13). */
export async function supplyPage(
  tx: Tx,
  context: RunContext,
  target: RecordTarget,
  rows: readonly SuppliedRow[],
): Promise<ReadonlyMap<string, RowSupplies>> {
  const known = rows.filter((row) => !row.isNew).map((row) => row.targetId);
  const others = groupByRow(await findOtherSupplies(tx, context, target.kind, known));
  const own = await resolveOwn(tx, context, target, rows);
  const foreign = await resolveOthers(tx, context, target, [...others.values()].flat());
  const supplied = new Map<string, RowSupplies>();
  const { id: sourceId, name: sourceName, priority } = context.source;
  for (const { targetId, record, released } of rows) {
    const pending: PendingReference[] = [];
    const linked = others.get(targetId) ?? [];
    const theirs = linked.map((other) => ({
      ...other,
      fields: toFields(target, { ...other, record: other.data }, (kind, uid) =>
        foreign.get(`${other.sourceId}/${kind}/${uid}`),
      ),
    }));
    const find = (kind: string, uid: string) => own.get(`${kind}/${uid}`);
    const mine = record && toFields(target, { targetId, sourceId, record }, find, pending);
    const all = mine ? [...theirs, { sourceId, sourceName, priority, fields: mine }] : theirs;
    const supplies = rankSupplies(all).map((one) => one.fields);
    if (released) supplies.push(toFields(target, { targetId, sourceId, record: released }, find));
    supplied.set(targetId, { supplies, pending, isListed: linked.some((other) => !isManual(other.sourceId)) });
  }
  return supplied;
}

interface RecordOfRow {
  readonly targetId: string;
  readonly sourceId: string;
  readonly record: CleanRecord;
}

/**
 * The fields that a record supplies. A reference to a missing record is null for now and waits. A reference to the
 * record itself is null: many HR exports use it for the root of a tree and the head of a company (R20). A reference of
 * an edit by hand to a row that is gone is null (R51).
 */
function toFields(
  target: RecordTarget,
  { targetId, sourceId, record }: RecordOfRow,
  resolve: (kind: string, uid: string) => string | undefined,
  pending?: PendingReference[],
): Fields {
  const fields: Record<string, unknown> = {};
  for (const name of target.fields) if (record[name] !== undefined) fields[name] = record[name];
  for (const { field, column, kind } of target.references) {
    const uid = record[field] as string | null | undefined;
    if (uid === undefined) continue;
    const id = uid === null ? null : resolve(kind, uid);
    if (id !== undefined) fields[column] = id === targetId ? null : id;
    else if (uid && !isManual(sourceId)) {
      fields[column] = null;
      pending?.push({ field, kind, externalId: uid });
    }
  }
  return fields;
}

async function resolveOwn(
  tx: Tx,
  context: RunContext,
  target: RecordTarget,
  rows: readonly SuppliedRow[],
): Promise<ReadonlyMap<string, string>> {
  const resolved = new Map<string, string>();
  for (const { field, kind } of target.references) {
    const uids = rows.flatMap((row) => (row.record?.[field] as string | null | undefined) ?? []);
    const resolve = isManual(context.source.id) ? findNamedRows : resolveReferences;
    const found = await resolve(tx, context, kind, [...new Set(uids)]);
    for (const [uid, id] of found) resolved.set(`${kind}/${uid}`, id);
  }
  return resolved;
}

async function resolveOthers(
  tx: Tx,
  context: RunContext,
  target: RecordTarget,
  others: readonly OtherSupply[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = others.flatMap(({ sourceId, data }) =>
    target.references.flatMap(({ field, kind }) => {
      const externalId = data[field] as string | null | undefined;
      return externalId ? [{ sourceId, kind, externalId }] : [];
    }),
  );
  const byHand = wanted.filter(({ sourceId }) => isManual(sourceId));
  const resolved = new Map(
    await resolveForeign(
      tx,
      wanted.filter(({ sourceId }) => !isManual(sourceId)),
    ),
  );
  for (const { kind } of target.references) {
    const ids = byHand.filter((one) => one.kind === kind).map(({ externalId }) => externalId);
    for (const [id] of await findNamedRows(tx, context, kind, ids))
      resolved.set(`${MANUAL_SOURCE.id}/${kind}/${id}`, id);
  }
  return resolved;
}

function groupByRow(others: readonly OtherSupply[]): Map<string, OtherSupply[]> {
  const groups = new Map<string, OtherSupply[]>();
  for (const other of others) groups.set(other.targetId, [...(groups.get(other.targetId) ?? []), other]);
  return groups;
}
