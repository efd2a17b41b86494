import type { RemovalVerdict } from '../../domain/task-outcome.js';
import type { RecordKind } from '../../domain/record.js';
import type { HeldPlan } from '../../domain/task.js';
import type { RunContext } from '../run-context.js';
import type { TargetRules } from '../../domain/manual-locks.js';
import type { DerivedFrom, PendingReference, RecordTarget, Target } from '../../targets/target.js';
import type { TargetRegistry } from '../../targets/target-registry.js';
import type { ChangePlace, StoredDecision } from './changes.store.js';
import type { Fields } from '../../domain/fields.js';
import type { Tx } from '../../platform/db.js';
import { resolveReferences } from './worklist.store.js';

/** The result of a plan. */
export interface PlanResult {
  /** What must be approved first; null = nothing. */
  readonly held: HeldPlan | null;
  /** Whether absent records count as gone, for each kind. */
  readonly removals: ReadonlyMap<RecordKind, RemovalVerdict>;
}

/** Counts compared records for the progress of the task. */
export class PlanProgress {
  done = 0;

  constructor(private readonly context: RunContext) {}

  add(records: number): void {
    this.done += records;
    this.context.run.report({ phase: 'plan', done: this.done, total: null });
  }
}

/** The rules of a target that decisions depend on. */
export function rulesOf({ kind, fields, references, required, inForce, removed }: RecordTarget): TargetRules {
  const names = [...fields, ...references.map((reference) => reference.column)];
  return { kind, names, required, inForce, removed };
}

/**
 * The position of a target's lines in the order of applying. Each target has two ranks: lines are planned into the odd
 * one; those that exchange unique values are moved to the even one before it, which is one transaction (R12).
 */
export function placeOf(targets: TargetRegistry, target: Target): ChangePlace {
  return { target: target.name, rank: targets.rankOf(target) * 2 + 1 };
}

/** The compared forms of the values that a line sets, and as `<field>_look` their looks (R5, R12). */
export function claimedKeys(target: RecordTarget, after: StoredDecision['after']): StoredDecision['keys'] {
  if (after === null) return null;
  const compared = new Set([...target.uniqueFields, ...target.matchKeys]);
  const keys = [...compared].filter((field) => field in after).flatMap((field) => keysOf(target, field, after[field]));
  return keys.length === 0 ? null : Object.fromEntries(keys);
}

function keysOf(target: RecordTarget, field: string, value: unknown): [string, string | null][] {
  const key = target.keyOf?.(field, value) ?? null;
  const look = key === null || !target.uniqueFields.includes(field) ? null : (target.lookOf?.(key) ?? null);
  return look === null
    ? [[field, key]]
    : [
        [field, key],
        [`${field}_look`, look],
      ];
}

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
