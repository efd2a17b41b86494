import type { RemovalVerdict } from '../../domain/may-remove.js';
import type { RecordKind } from '../../domain/record.js';
import type { HeldPlan } from '../../domain/task.js';
import type { RunContext } from '../run-context.js';

/** What a plan came to. */
export interface PlanResult {
  /** What a person must decide first; null = nothing. */
  readonly held: HeldPlan | null;
  /** Whether absence was believed, per kind. */
  readonly removals: ReadonlyMap<RecordKind, RemovalVerdict>;
}

/** Counts compared records for the bar that people watch. */
export class PlanProgress {
  done = 0;

  constructor(private readonly context: RunContext) {}

  add(records: number): void {
    this.done += records;
    this.context.run.report({ phase: 'plan', done: this.done, total: null });
  }
}
