import type { TaskPhase, TaskStatus } from '../domain/task.js';

/** A claim of a task, with the data that a worker needs to run it. */
export interface TaskRun {
  readonly taskId: string;
  /** Checked by every transaction; a worker with an older number writes nothing. */
  readonly fence: number;
  /** Aborted with TaskCancelledError, ShutdownError or FencedError as its reason. */
  readonly signal: AbortSignal;
  /** Called after each page and at the start and end of each phase; never throws. */
  readonly report: (report: PhaseReport) => void;
}

/** The progress of a phase. */
export interface PhaseReport {
  readonly phase: TaskPhase;
  /** A short line for the job's log, when something began or ended; only numbers, no names. */
  readonly line?: string;
  readonly done: number;
  /** null = not known yet. */
  readonly total: number | null;
}

/** The status after a run without an error. A held task waits for approval. */
export type TaskEnd = Extract<TaskStatus, 'succeeded' | 'partial' | 'held'>;
