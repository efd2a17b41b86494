import type { Logger } from './logger.js';

/** How a process ends. */
export interface Ending {
  /** Drains and closes everything. */
  readonly stop: () => Promise<unknown>;
  /** `process.exit`. */
  readonly exit: (code: number) => void;
  /** Whatever still hangs by then is left behind; default 25 s (R46). */
  readonly deadlineMs?: number;
}

/**
 * Makes what ends a process: whoever asks first begins it, the worst code that anybody asks for is the one that it
 * ends with.
 */
export function endOnce({ stop, exit, deadlineMs = 25_000 }: Ending): (code: number) => void {
  let worst = 0;
  let isEnding = false;
  return (code) => {
    worst = Math.max(worst, code);
    if (isEnding) return;
    isEnding = true;
    const timer = setTimeout(() => exit(1), deadlineMs);
    const end = (failed: number) => {
      clearTimeout(timer);
      exit(Math.max(worst, failed));
    };
    stop().then(
      () => end(0),
      () => end(1),
    );
  };
}

/** Where faults that nobody caught are heard: the process. */
interface FaultSource {
  on(event: 'unhandledRejection' | 'uncaughtException', listener: (fault: unknown) => void): unknown;
}

/**
 * A fault that nobody caught leaves a process in a state that nobody knows: it is written down and the process ends
 * with 1 after draining, so that its supervisor starts a fresh one.
 */
export function endOnFaults(source: FaultSource, logger: Logger, end: (code: number) => void): void {
  for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
    source.on(event, (fault) => {
      const stack = fault instanceof Error ? fault.stack : undefined;
      logger.error('fault that nobody caught; the process ends', { event, cause: String(fault), stack });
      end(1);
    });
  }
}
