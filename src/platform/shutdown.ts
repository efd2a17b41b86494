import pTimeout from 'p-timeout';
import type { Logger } from './logger.js';

/** Something that must be ended in order. */
export interface Closing {
  /** For the log. */
  readonly what: string;
  readonly close: () => Promise<unknown>;
}

/** What did not end well. */
interface Unclosed {
  readonly what: string;
  readonly cause: string;
}

/**
 * Ends things one after another, each within its time: one that hangs or fails must not keep the others open.
 *
 * @returns what did not end well.
 */
export async function closeAll(closings: readonly Closing[], timeoutMs = 5_000): Promise<readonly Unclosed[]> {
  const unclosed: Unclosed[] = [];
  for (const { what, close } of closings) {
    const cause = await closeWithin(close, timeoutMs);
    if (cause !== null) unclosed.push({ what, cause });
  }
  return unclosed;
}

async function closeWithin(close: () => Promise<unknown>, timeoutMs: number): Promise<string | null> {
  const fallback = () => `still open after ${timeoutMs} ms`;
  try {
    return await pTimeout(
      close().then(() => null),
      { milliseconds: timeoutMs, fallback },
    );
  } catch (error) {
    return String(error);
  }
}

/** How a process ends. */
interface Ending {
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
