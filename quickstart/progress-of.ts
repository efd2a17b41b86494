import type { TaskView } from '../src/http/api/tasks/task-schema.js';

/** What the progress bar shows. */
export interface ShownProgress {
  /** 0 to 100 over the whole task: each phase is a third. */
  readonly percent: number;
  readonly phase: string;
  readonly records: string;
}

const PHASES = [
  { name: 'pull', shown: 'reading  ' },
  { name: 'plan', shown: 'comparing' },
  { name: 'apply', shown: 'applying ' },
] as const;

/** Turns a task's progress, which counts within a phase, into one that only grows. */
export function progressOf({ status, progress }: Pick<TaskView, 'status' | 'progress'>): ShownProgress {
  const at = PHASES.findIndex(({ name }) => name === progress.phase);
  const phase = PHASES[at];
  if (status === 'queued' || !phase) return { percent: 0, phase: 'waiting  ', records: '' };
  const { done, total } = progress;
  const within = total === null || total === 0 ? 0 : Math.min(1, done / total);
  const percent = Math.round(((at + within) / PHASES.length) * 100);
  return { percent, phase: phase.shown, records: ` ${total === null ? done : `${done} of ${total}`}` };
}
