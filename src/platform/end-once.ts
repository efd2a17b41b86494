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
 * Makes what ends a process: the first call begins it, and the highest exit code of all calls is the one that it
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

/** Emits uncaught faults: the process. */
interface FaultSource {
  on(event: 'unhandledRejection' | 'uncaughtException', listener: (fault: unknown) => void): unknown;
}

/**
 * After an uncaught fault the state of the process is undefined: the fault is logged and the process ends with 1 after
 * draining, so that its supervisor starts a new one.
 */
export function endOnFaults(source: FaultSource, logger: Logger, end: (code: number) => void): void {
  for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
    source.on(event, (fault) => {
      const stack = fault instanceof Error ? fault.stack : undefined;
      logger.error('uncaught exception; the process exits', { event, cause: String(fault), stack });
      end(1);
    });
  }
}
