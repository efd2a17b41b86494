import type { RemovalVerdict } from './may-remove.js';
import type { RecordKind } from './record.js';
import type { TaskCounts, TaskMode } from './task.js';

/** How a task ended, for people. */
export interface TaskVerdict {
  readonly status: 'succeeded' | 'partial';
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What a verdict looks at. */
export interface TaskFacts {
  readonly mode: TaskMode;
  readonly counts: TaskCounts;
  readonly removals: ReadonlyMap<RecordKind, RemovalVerdict>;
  /** Kinds that a full read of this source must reach the end of. */
  readonly required: readonly RecordKind[];
}

/** Decides how a task that ran to its end is called: any record that was skipped or failed makes it partial (R34, R40). */
export function judgeTask({ mode, counts, removals, required }: TaskFacts): TaskVerdict {
  for (const kind of mode === 'full' ? required : []) {
    const verdict = removals.get(kind);
    if (verdict && !verdict.allowed) return { status: 'partial', error: explain(kind, verdict.reason) };
  }
  const bad = Object.values(counts).reduce((sum, kind) => sum + kind.skipped + kind.failed, 0);
  if (bad === 0) return { status: 'succeeded', error: null };
  const message = `${bad} ${bad === 1 ? 'record was' : 'records were'} skipped or failed; see the task's changes for why.`;
  return { status: 'partial', error: { code: 'records_skipped', message } };
}

function explain(kind: RecordKind, reason: string): { code: string; message: string } {
  switch (reason) {
    case 'nameless_records':
      return {
        code: reason,
        message: `Some ${kind} records came without a usable id, so nobody was removed. Correct them at the source.`,
      };
    case 'bad_records':
      return {
        code: reason,
        message: `More than 1 % of the ${kind} records are invalid, so nobody was removed. Correct them at the source.`,
      };
    default:
      return {
        code: 'not_complete',
        message: `The ${kind} records were not read to a proved end, so nobody was removed. Sync again.`,
      };
  }
}
