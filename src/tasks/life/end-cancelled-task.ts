import { ACTIVE_STATUSES } from '../../domain/task.js';
import { type Db, inTransaction, type Tx } from '../../platform/db.js';
import { endedOnAbort } from '../../platform/ended-on-abort.js';
import { serverProcessOf } from '../../platform/server-process.store.js';
import { endTask } from './end-task.store.js';

/** How long the end of a cancelled task waits for other transactions on it before it terminates them. */
const BLOCKED_TIMEOUT_MS = 1_000;

/**
 * Ends a claimed task that was cancelled; applied changes stay (R43).
 *
 * A transaction of the task whose connection was lost may still lock it, because PostgreSQL notices that late: its
 * session is terminated.
 *
 * @returns false when the claim was lost.
 */
export function endCancelledTask(
  { db }: { readonly db: Db },
  { taskId, fence }: { readonly taskId: string; readonly fence: number },
): Promise<boolean> {
  const message = 'The task was cancelled on request.';
  const ending = { taskId, fence, from: ACTIVE_STATUSES, to: 'cancelled', code: 'cancelled', message } as const;
  return inTransaction(db, (tx) => endingBlockers(db, tx, () => endTask(tx, ending)));
}

async function endingBlockers<T>(db: Db, tx: Tx, work: () => Promise<T>): Promise<T> {
  const late = { signal: AbortSignal.timeout(BLOCKED_TIMEOUT_MS), pid: await serverProcessOf(tx) };
  return endedOnAbort({ cancelStatement: (pid) => db.endBlockers(pid) }, late, work);
}
