import type { Fields } from '../../domain/change.js';
import type { Tx } from '../../platform/db.js';
import type { PendingWish, RecordTarget } from '../../targets/target.js';
import type { RunContext } from '../run-context.js';
import { findOtherSupplies, type OtherSupply, resolveForeign } from './supplies.store.js';
import { resolveReferences } from './worklist.store.js';

type CleanRecord = Readonly<Record<string, unknown>>;

/** A row of a page, and what this source says of it; null when its record is gone. */
export interface SuppliedRow {
  readonly targetId: string;
  readonly record: CleanRecord | null;
  /** No other source can link the row yet. */
  readonly isNew: boolean;
}

/** What decides a row's fields, highest priority first, and the references that wait. */
export interface RowSupplies {
  readonly supplies: readonly Fields[];
  readonly pending: readonly PendingWish[];
}

/** Puts together what every linked source says of a page of rows, with references as ids (R13). */
export async function supplyPage(
  tx: Tx,
  context: RunContext,
  target: RecordTarget,
  rows: readonly SuppliedRow[],
): Promise<ReadonlyMap<string, RowSupplies>> {
  const known = rows.filter((row) => !row.isNew).map((row) => row.targetId);
  const others = groupByRow(await findOtherSupplies(tx, context, target.kind, known));
  const own = await resolveOwn(tx, context, target, rows);
  const foreign = await resolveOthers(tx, target, [...others.values()].flat());
  const supplied = new Map<string, RowSupplies>();
  for (const { targetId, record } of rows) {
    const pending: PendingWish[] = [];
    const ranked = (others.get(targetId) ?? []).map((other) => ({
      ...other,
      fields: toFields(target, { targetId, record: other.data }, (kind, uid) =>
        foreign.get(`${other.sourceId}/${kind}/${uid}`),
      ),
    }));
    const { name: sourceName, priority } = context.source;
    const mine = record && toFields(target, { targetId, record }, (kind, uid) => own.get(`${kind}/${uid}`), pending);
    const all = mine ? [...ranked, { sourceName, priority, fields: mine }] : ranked;
    supplied.set(targetId, { supplies: all.sort(byPriority).map((one) => one.fields), pending });
  }
  return supplied;
}

interface Ranked {
  readonly priority: number;
  readonly sourceName: string;
}

function byPriority(a: Ranked, b: Ranked): number {
  return b.priority - a.priority || (a.sourceName < b.sourceName ? -1 : 1);
}

/**
 * The fields that a record supplies. A reference that is not there yet is none for now and waits; a record that names
 * itself names none: many HR exports write the root of a tree, and the head of a company, as their own parent (R20).
 */
function toFields(
  target: RecordTarget,
  { targetId, record }: { readonly targetId: string; readonly record: CleanRecord },
  resolve: (kind: string, uid: string) => string | undefined,
  pending?: PendingWish[],
): Fields {
  const fields: Record<string, unknown> = {};
  for (const name of target.fields) if (record[name] !== undefined) fields[name] = record[name];
  for (const { field, column, kind } of target.references) {
    const uid = record[field] as string | null | undefined;
    if (uid === undefined) continue;
    const id = uid === null ? undefined : resolve(kind, uid);
    fields[column] = id === targetId ? null : (id ?? null);
    if (uid !== null && id === undefined) pending?.push({ field, kind, externalId: uid });
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
    const found = await resolveReferences(tx, context, kind, [...new Set(uids)]);
    for (const [uid, id] of found) resolved.set(`${kind}/${uid}`, id);
  }
  return resolved;
}

async function resolveOthers(
  tx: Tx,
  target: RecordTarget,
  others: readonly OtherSupply[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = others.flatMap(({ sourceId, data }) =>
    target.references.flatMap(({ field, kind }) => {
      const externalId = data[field] as string | null | undefined;
      return externalId ? [{ sourceId, kind, externalId }] : [];
    }),
  );
  return resolveForeign(tx, wanted);
}

function groupByRow(others: readonly OtherSupply[]): Map<string, OtherSupply[]> {
  const groups = new Map<string, OtherSupply[]>();
  for (const other of others) groups.set(other.targetId, [...(groups.get(other.targetId) ?? []), other]);
  return groups;
}
