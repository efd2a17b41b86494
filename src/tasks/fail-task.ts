import { ACTIVE_STATUSES } from '../domain/task.js';
import { type Db, inTransaction } from '../platform/db.js';
import { endTask } from './end-task.store.js';

/** What went wrong, in the words that an admin reads. */
export interface Failure {
  readonly taskId: string;
  readonly fence: number;
  readonly code: string;
  readonly message: string;
}

/**
 * Ends a claimed task as failed, and the pushes that it took.
 *
 * @returns false when the claim is not ours any more.
 */
export function failTask({ db }: { readonly db: Db }, failure: Failure): Promise<boolean> {
  return inTransaction(db, (tx) => endTask(tx, { ...failure, from: ACTIVE_STATUSES, to: 'failed' }));
}
