import type { HeldPlan, TaskCounts, TaskMode, TaskPhase, TaskStatus, TaskTrigger } from '../../domain/task.js';

/** A task as it is used outside of the pipeline. */
export interface Task {
  readonly id: string;
  /** A readable number: YYYYMMDDHHmmss (UTC) and six digits (R45). */
  readonly batch: string;
  readonly sourceId: string;
  /** The source's name. */
  readonly source: string;
  readonly trigger: TaskTrigger;
  readonly mode: TaskMode;
  readonly dryRun: boolean;
  /** The task that it undoes; null unless its mode is `undo`. */
  readonly undoes: string | null;
  readonly status: TaskStatus;
  readonly phase: TaskPhase | null;
  readonly attempt: number;
  /** The number of jobs added to the queue for it; part of the job's id; 0 = none yet. */
  readonly ring: number;
  readonly done: number;
  readonly total: number | null;
  readonly counts: TaskCounts;
  /** Kind → evidence that it was read to its end. */
  readonly complete: Readonly<Record<string, string>>;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly held: HeldPlan | null;
  readonly scheduledFor: Date | null;
  readonly requestedBy: string | null;
  readonly cancelRequestedAt: Date | null;
  /** A queued task waits until then (R42). */
  readonly notBefore: Date | null;
  readonly queuedAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly costMs: number | null;
}
