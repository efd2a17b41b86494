import { ACTIVE_STATUSES } from '../domain/task.js';
import { inTransaction, type Tx } from '../platform/db.js';
import { lostAgainst } from '../platform/sql-error.js';
import { backToQueue, countFailures } from './delay-task.store.js';
import { endTask } from './end-task.store.js';
import type { Failure } from './fail-task.js';
import { handPushesBack } from './hand-pushes-back.store.js';
import { retryDelay } from './retry-delay.js';
import type { TaskDeps } from './task-deps.js';

/** A failure that may pass by itself. */
export interface TransientFailure extends Failure {
  /** How long the source asked to wait. */
  readonly afterMs?: number | undefined;
}

/** The task waits, it failed for good, or the claim was not ours any more. */
export type DelayAnswer =
  | { readonly status: 'queued'; readonly delayMs: number }
  | { readonly status: 'failed'; readonly code: string; readonly message: string }
  | { readonly status: 'fenced' };

/** Automatic retries in a row (R42). */
const MAX_FAILURES = 5;

/** Lets a claimed task wait and try again by itself; after five failures in a row it fails for good (R42). */
export async function delayTask({ db }: Pick<TaskDeps, 'db'>, failure: TransientFailure): Promise<DelayAnswer> {
  try {
    return await inTransaction(db, (tx) => delay(tx, failure));
  } catch (error) {
    if (!lostAgainst(error, 'sync_tasks_one_queued')) throw error;
    return inTransaction(db, (tx) => leaveToTwin(tx, failure));
  }
}

async function delay(tx: Tx, failure: TransientFailure): Promise<DelayAnswer> {
  const failures = await countFailures(tx, failure);
  if (failures === null) return { status: 'fenced' };
  if (failures > MAX_FAILURES) return fail(tx, failure);
  const delayMs = retryDelay({ failures, afterMs: failure.afterMs, random: Math.random() });
  const moved = await backToQueue(tx, { ...failure, failures, delayMs });
  return moved ? { status: 'queued', delayMs } : { status: 'fenced' };
}

async function fail(tx: Tx, { taskId, fence, code, message }: Failure): Promise<DelayAnswer> {
  const ended = await endTask(tx, { taskId, fence, from: ACTIVE_STATUSES, to: 'failed', code, message });
  return ended ? { status: 'failed', code, message } : { status: 'fenced' };
}

/** A task of its kind is queued already: that one does the work, the pushes of this one included. */
async function leaveToTwin(tx: Tx, failure: TransientFailure): Promise<DelayAnswer> {
  const message = `${failure.message} The next task of this source is queued already and does the work.`;
  await handPushesBack(tx, failure);
  return fail(tx, { ...failure, message });
}
