import type { RecordKind } from './record.js';
import type { TaskCounts, TaskMode } from './task.js';

/** The result of a task, with a message. */
export interface TaskOutcome {
  readonly status: 'succeeded' | 'partial';
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** The result of a task of mode `remove` that could not end all links (R17). */
export const SOURCE_KEPT: TaskOutcome = {
  status: 'partial',
  error: {
    code: 'source_kept',
    message:
      "Some records could not be removed, so the source stays. See the reasons in the task's changes, then retry the task.",
  },
};

/** The data that the result depends on. */
export interface TaskFacts {
  readonly mode: TaskMode;
  readonly counts: TaskCounts;
  readonly removals: ReadonlyMap<RecordKind, RemovalVerdict>;
  /** Kinds that a full read of this source must read to the end. */
  readonly required: readonly RecordKind[];
}

/**
 * Decides the result of a task that ran to its end: a skipped or failed record, or a field that was left out, makes it
 * partial (R7, R34, R40).
 */
export function decideOutcome({ mode, counts, removals, required }: TaskFacts): TaskOutcome {
  for (const kind of mode === 'full' ? required : []) {
    const verdict = removals.get(kind);
    if (verdict && !verdict.allowed) return { status: 'partial', error: explain(kind, verdict.reason) };
  }
  const kinds = Object.values(counts);
  const records = kinds.reduce((sum, kind) => sum + kind.skipped + kind.failed, 0);
  const fields = kinds.reduce((sum, kind) => sum + kind.fieldProblems, 0);
  if (records + fields === 0) return { status: 'succeeded', error: null };
  const parts = [
    ...(records > 0 ? [`${records} ${records === 1 ? 'record was' : 'records were'} skipped or failed`] : []),
    ...(fields > 0 ? [`${fields} ${fields === 1 ? 'field was' : 'fields were'} left out`] : []),
  ];
  const code = records > 0 ? 'records_skipped' : 'fields_left_out';
  return { status: 'partial', error: { code, message: `${parts.join(', ')}; see the reasons in the task's changes.` } };
}

function explain(kind: RecordKind, reason: string): { code: string; message: string } {
  switch (reason) {
    case 'nameless_records':
      return {
        code: reason,
        message: `Some ${kind} records have no usable id, so no one was removed. Correct them at the source.`,
      };
    case 'bad_records':
      return {
        code: reason,
        message: `More than 1 % of the ${kind} records are invalid, so no one was removed. Correct them at the source.`,
      };
    default:
      return {
        code: 'not_complete',
        message: `The ${kind} records were not read completely, so no one was removed. See the reasons in the task's changes, then sync again.`,
      };
  }
}

/** The result of one read for a kind. */
interface ReadQuality {
  /** The adapter proved the end of the list (R30). */
  readonly complete: boolean;
  /** Records with an id, invalid ones included. */
  readonly seen: number;
  readonly invalid: number;
  /** Rejected records without an id: each might be any of the absent ones (R7). */
  readonly nameless: number;
}

/** Whether absent records are gone, or the code of the reason why not. */
export type RemovalVerdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: 'not_complete' | 'nameless_records' | 'bad_records' };

/** Share of invalid records above which a read removes nothing, in percent, and their minimum number (R34). */
const BAD_PERCENT = 1;
const BAD_RECORDS = 5;

/** Decides whether records that were not in a read are gone (R7, R30, R34). */
export function mayRemove({ complete, seen, invalid, nameless }: ReadQuality): RemovalVerdict {
  if (!complete) return { allowed: false, reason: 'not_complete' };
  if (nameless > 0) return { allowed: false, reason: 'nameless_records' };
  if (invalid >= BAD_RECORDS && invalid * 100 > BAD_PERCENT * seen) return { allowed: false, reason: 'bad_records' };
  return { allowed: true };
}
