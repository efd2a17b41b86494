import type { PhaseReport } from '../src/pipeline/run-context.js';
import type { RungJob } from './define-worker.js';

const EVERY_MS = 1_000;

/**
 * Shows a run in Bull Board: its progress about once a second and at its end, and a line where a phase begins or ends.
 * Never throws.
 */
export function jobReporter(job: Pick<RungJob, 'showProgress' | 'log'>, now: () => number = Date.now) {
  let shownAt = -Infinity;
  let unshown: PhaseReport | null = null;
  const show = ({ phase, done, total }: PhaseReport): void => {
    unshown = null;
    shownAt = now();
    void job.showProgress({ phase, done, total }).catch(() => undefined);
  };
  return {
    report: (progress: PhaseReport): void => {
      if (progress.line !== undefined) void job.log(progress.line).catch(() => undefined);
      if (now() - shownAt < EVERY_MS) unshown = progress;
      else show(progress);
    },
    end: (): void => {
      if (unshown !== null) show(unshown);
    },
  };
}
