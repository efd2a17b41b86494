import type { Fields } from '../../domain/fields.js';
import type { RecordKind } from '../../domain/record.js';
import type { Tx } from '../../platform/db.js';
import type { DerivedFrom, PendingReference } from '../../targets/target.js';
import type { RunContext } from '../run-context.js';
import { placeOf } from './plan-result.js';
import type { ChangePlace, StoredDecision } from './changes.store.js';
import { resolveReferences } from './worklist.store.js';

/** The lines that all derived targets plan for a page of records. */
export interface DerivedPlans {
  readonly plans: readonly { readonly place: ChangePlace; readonly lines: readonly StoredDecision[] }[];
  /** By the owner's external id. */
  readonly pending: ReadonlyMap<string, readonly PendingReference[]>;
  readonly ownerFields: ReadonlyMap<string, Fields>;
}

/** An owner of derived rows. */
export interface DerivedOwner extends DerivedFrom {
  /** The row had the link of a record that is gone: its derived rows go unless this record has them too (R10). */
  readonly takesOver?: boolean;
}

/** Calls the targets that derive from a kind with a page of its records. */
export async function planDerived(
  tx: Tx,
  context: RunContext,
  kind: RecordKind,
  owners: readonly DerivedOwner[],
): Promise<DerivedPlans> {
  const plans: { place: ChangePlace; lines: StoredDecision[] }[] = [];
  const pending = new Map<string, PendingReference[]>();
  const ownerFields = new Map<string, Fields>();
  for (const target of context.targets.derivedFrom(kind)) {
    const page = owners.map((owner) => (saysNothing(owner, target.field) ? { ...owner, record: null } : owner));
    const derived = await target.derive(tx, context.scope, page, (wanted, externalIds) =>
      resolveReferences(tx, context, wanted, externalIds),
    );
    const lines = derived.changes.map((change) => ({ ...change, keys: null, pending: [] }));
    plans.push({ place: placeOf(context.targets, target), lines });
    for (const [owner, waiting] of derived.pending) pending.set(owner, [...(pending.get(owner) ?? []), ...waiting]);
    for (const [owner, fields] of derived.ownerFields) ownerFields.set(owner, { ...ownerFields.get(owner), ...fields });
  }
  return { plans, pending, ownerFields };
}

function saysNothing({ takesOver, record }: DerivedOwner, field: string): boolean {
  return takesOver === true && record?.[field] === undefined;
}
