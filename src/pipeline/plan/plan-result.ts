import type { RemovalVerdict } from '../../domain/task-outcome.js';
import type { RecordKind } from '../../domain/record.js';
import type { HeldPlan } from '../../domain/task.js';
import type { RunContext } from '../run-context.js';
import type { TargetRules } from '../../domain/manual-locks.js';
import type { RecordTarget, Target } from '../../targets/target.js';
import type { TargetRegistry } from '../../targets/target-registry.js';
import type { ChangePlace } from './changes.store.js';

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
