import type { TaskPhase, TaskStatus } from '../domain/task.js';

/** A claim on a task: what a worker needs to run it. */
export interface TaskRun {
  readonly taskId: string;
  /** Every transaction checks it; an older number writes nothing. */
  readonly fence: number;
  /** Aborted with TaskCancelledError, ShutdownError or FencedError as its reason. */
  readonly signal: AbortSignal;
  /** Called at each page and at each begin and end of a phase; never throws. */
  readonly report: (report: PhaseReport) => void;
}

/** How far a phase is. */
export interface PhaseReport {
  readonly phase: TaskPhase;
  /** One short line for the job's log, where something began or ended; numbers only, no names. */
  readonly line?: string;
  readonly done: number;
  /** null = not known yet. */
  readonly total: number | null;
}

/** How a run ended without an error. A held task waits for a person. */
export type TaskEnd = Extract<TaskStatus, 'succeeded' | 'partial' | 'held'>;
