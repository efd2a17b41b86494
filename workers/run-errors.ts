import { FencedError, ShutdownError, SyncError, TaskCancelledError } from '../src/domain/errors.js';
import { isDatabaseDown, isLockTooSlow, isOverServerLimit, isStatementTooSlow } from '../src/platform/sql-error.js';

/** What is to be done about a run that did not come to its end. */
export type RunVerdict =
  /** Another worker has it: write nothing. */
  | { readonly type: 'fenced' }
  | { readonly type: 'cancelled' }
  /** Back to the queue, uncounted. */
  | { readonly type: 'shutdown' }
  | {
      readonly type: 'transient' | 'failed';
      readonly code: string;
      readonly message: string;
      readonly afterMs?: number | undefined;
      /** An unknown error: the system log must have its stack. */
      readonly unknown?: true;
    };

/**
 * Decides about an error of a run.
 *
 * @param aborted the reason of the run's signal where it was aborted: whatever broke, broke because of that.
 */
export function classifyRunError(error: unknown, aborted: unknown): RunVerdict {
  const cause = aborted ?? error;
  if (cause instanceof FencedError) return { type: 'fenced' };
  if (cause instanceof TaskCancelledError) return { type: 'cancelled' };
  if (cause instanceof ShutdownError) return { type: 'shutdown' };
  if (cause instanceof SyncError) return judgeSyncError(cause);
  if (isDatabaseDown(cause)) {
    return { type: 'transient', code: 'database_unavailable', message: 'The database cannot be reached.' };
  }
  return judgeDatabaseLimit(cause) ?? UNKNOWN;
}

/** A lock may be free next time. A statement that is too long, or too large for the temporary files, is so again. */
function judgeDatabaseLimit(cause: unknown): RunVerdict | null {
  if (isLockTooSlow(cause)) {
    const message = 'A statement waited too long for a lock that another session of the database holds.';
    return { type: 'transient', code: 'database_locked', message };
  }
  if (isStatementTooSlow(cause)) {
    const message =
      'A statement took longer than TASK_STATEMENT_SECONDS allows. Find out why the database is slow, or raise the limit, then retry the task.';
    return { type: 'failed', code: 'statement_too_slow', message };
  }
  if (isOverServerLimit(cause)) {
    const message =
      "A statement needed more temporary files than the role's temp_file_limit allows. Send or read fewer records at once, or raise the limit, then retry the task.";
    return { type: 'failed', code: 'statement_too_large', message };
  }
  return null;
}

const UNKNOWN: RunVerdict = {
  type: 'transient',
  code: 'internal_error',
  message: 'Internal error. The system log has the details for this task.',
  unknown: true,
};

function judgeSyncError({ code, message, advice }: SyncError): RunVerdict {
  if (!advice.retry) return { type: 'failed', code, message };
  return { type: 'transient', code, message, afterMs: advice.afterMs };
}

const PAUSE_MS = 500;

/**
 * Repeats work that only the database's absence or load keeps from being done: a restart takes some seconds, and a
 * statement of a busy database may be over its limit although the next one is not.
 *
 * @throws what the work throws otherwise, or when the database still does not answer after `timeoutMs`.
 */
export async function retryWhileDatabaseDown<T>(work: () => Promise<T>, timeoutMs = 30_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!mayPass(error) || Date.now() >= deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

function mayPass(error: unknown): boolean {
  return isDatabaseDown(error) || isLockTooSlow(error) || isStatementTooSlow(error);
}
