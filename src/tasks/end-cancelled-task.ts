import { ACTIVE_STATUSES } from '../domain/task.js';
import { type Db, inTransaction } from '../platform/db.js';
import { endTask } from './end-task.store.js';

/**
 * Ends a claimed task that somebody cancelled; what was applied stays (R43).
 *
 * @returns false when the claim is not ours any more.
 */
export function endCancelledTask(
  { db }: { readonly db: Db },
  { taskId, fence }: { readonly taskId: string; readonly fence: number },
): Promise<boolean> {
  const message = 'The task was cancelled on request.';
  const ending = { taskId, fence, from: ACTIVE_STATUSES, to: 'cancelled', code: 'cancelled', message } as const;
  return inTransaction(db, (tx) => endTask(tx, ending));
}
