import type { TaskPhase } from '../src/domain/task.js';
import type { PhaseReport } from '../src/pipeline/run-context.js';

/** A phase of a run that is over, whether it went well or not. */
export interface EndedPhase {
  readonly phase: TaskPhase;
  /** ms since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Records or changes that it worked on in this run. */
  readonly records: number;
}

/** Makes out of a run's reports when each of its phases began and ended. */
export function watchPhases(onEnd: (ended: EndedPhase) => void, now: () => number = Date.now) {
  let current: { phase: TaskPhase; startedAt: number; begunWith: number; done: number } | null = null;
  const end = (): void => {
    if (current === null) return;
    const { phase, startedAt, begunWith, done } = current;
    current = null;
    onEnd({ phase, startedAt, endedAt: now(), records: done - begunWith });
  };
  return {
    report({ phase, done }: PhaseReport): void {
      if (current?.phase !== phase) {
        end();
        current = { phase, startedAt: now(), begunWith: done, done };
      }
      current.done = Math.max(current.done, done);
    },
    end,
  };
}
