import { FencedError, ShutdownError, SyncError, TaskCancelledError } from '../src/domain/errors.js';
import { isDatabaseDown } from '../src/platform/database-down.js';

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
      /** Nobody knows this error: the system log must have its stack. */
      readonly unknown?: true;
    };

/**
 * Decides about an error of a run.
 *
 * @param aborted the reason of the run's signal where it was aborted: whatever broke, broke because of that.
 */
export function judgeRunError(error: unknown, aborted: unknown): RunVerdict {
  const cause = aborted ?? error;
  if (cause instanceof FencedError) return { type: 'fenced' };
  if (cause instanceof TaskCancelledError) return { type: 'cancelled' };
  if (cause instanceof ShutdownError) return { type: 'shutdown' };
  if (cause instanceof SyncError) return judgeSyncError(cause);
  if (isDatabaseDown(cause)) {
    return { type: 'transient', code: 'database_unavailable', message: 'The database could not be reached.' };
  }
  const message = 'Something unexpected went wrong. The system log has the details under this task.';
  return { type: 'transient', code: 'internal_error', message, unknown: true };
}

function judgeSyncError({ code, message, advice }: SyncError): RunVerdict {
  if (!advice.retry) return { type: 'failed', code, message };
  return { type: 'transient', code, message, afterMs: advice.afterMs };
}
