import type { PhaseReport } from '../src/pipeline/task-run.js';
import type { RungJob } from './define-worker.js';

const EVERY_MS = 1_000;

/** Shows a run in Bull Board: its progress about once a second, and a line where a phase begins or ends. Never throws. */
export function jobReporter(job: Pick<RungJob, 'showProgress' | 'log'>, now: () => number = Date.now) {
  let shownAt = -Infinity;
  return ({ phase, line, done, total }: PhaseReport): void => {
    if (line !== undefined) void job.log(line).catch(() => undefined);
    if (line === undefined && now() - shownAt < EVERY_MS) return;
    shownAt = now();
    void job.showProgress({ phase, done, total }).catch(() => undefined);
  };
}
