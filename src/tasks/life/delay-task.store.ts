import { ACTIVE_STATUSES } from '../../domain/task.js';
import { type Db, inTransaction, type Tx } from '../../platform/db.js';
import { lostAgainst } from '../../platform/sql-error.js';
import { endTask } from './end-task.store.js';
import { releasePushes } from '../inbox/waiting-pushes.store.js';
import type { RequestSyncDeps, TaskDeps } from './task.js';
import type { Claim } from './claim-task.store.js';
import { queueTask } from './queue-task.store.js';

/** A failure after which a retry may succeed. */
interface TransientFailure extends Failure {
  /** The waiting time that the source requested. */
  readonly afterMs?: number | undefined;
}

/** The task waits, it failed permanently, or the claim was lost. */
type DelayAnswer =
  | { readonly status: 'queued'; readonly delayMs: number }
  | { readonly status: 'failed'; readonly code: string; readonly message: string }
  | { readonly status: 'fenced' };

/** Maximum number of consecutive automatic retries (R42). */
const MAX_FAILURES = 5;

/** Queues a claimed task for an automatic retry; after five consecutive failures it fails permanently (R42). */
export async function delayTask({ db }: Pick<TaskDeps, 'db'>, failure: TransientFailure): Promise<DelayAnswer> {
  try {
    return await inTransaction(db, (tx) => delay(tx, failure));
  } catch (error) {
    if (!lostAgainst(error, 'sync_tasks_one_queued')) throw error;
    return inTransaction(db, (tx) => leaveToQueuedTask(tx, failure));
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

/** Another task of its mode is already queued and does the work, including the pushes of this one. */
async function leaveToQueuedTask(tx: Tx, failure: TransientFailure): Promise<DelayAnswer> {
  const message = `${failure.message} The next task of this source is already queued and continues the work.`;
  await releasePushes(tx, failure);
  return fail(tx, { ...failure, message });
}

/**
 * Counts this failure and those before it, without writing.
 *
 * @returns null when the claim was lost.
 */
async function countFailures(tx: Tx, { taskId, fence }: Failure): Promise<number | null> {
  // Touches nothing; the row lock prevents that the task is moved.
  const rows = await tx.$queryRaw<{ failures: number }[]>`
    SELECT failures + 1 AS failures FROM sync_tasks
    WHERE id = ${taskId}::uuid AND fence = ${fence} AND status = ANY(${[...ACTIVE_STATUSES]}::text[])
    FOR UPDATE`;
  return rows[0]?.failures ?? null;
}

/**
 * Puts a claimed task back into the queue until its back-off is over.
 *
 * @throws the driver's error of the index `sync_tasks_one_queued` when a task of its mode is queued.
 */
async function backToQueue(
  tx: Tx,
  given: Failure & { readonly failures: number; readonly delayMs: number },
): Promise<boolean> {
  const { taskId, fence, code, message, failures, delayMs } = given;
  // Touches the one claimed task; a second call finds it queued.
  const count = await tx.$executeRaw`
    UPDATE sync_tasks
    SET status = 'queued', failures = ${failures}, error_code = ${code}, error_message = ${message},
        not_before = now() + ${delayMs} * interval '1 millisecond', rung_at = now(),
        worker = NULL, heartbeat_at = NULL, fence = fence + 1
    WHERE id = ${taskId}::uuid AND fence = ${fence} AND status = ANY(${[...ACTIVE_STATUSES]}::text[])`;
  return count === 1;
}

const BASE_MS = 5_000;
const CAP_MS = 300_000;

/**
 * How long a task waits after a transient failure: doubled each time up to a maximum, with a random part so that tasks
 * do not retry at the same time; longer if the source requests it (R42).
 */
export function retryDelay(given: {
  /** Consecutive failures, this one included, from 1. */
  readonly failures: number;
  /** The waiting time that the source requested. */
  readonly afterMs: number | undefined;
  /** 0 (inclusive) to 1 (exclusive). */
  readonly random: number;
}): number {
  const full = Math.min(CAP_MS, BASE_MS * 2 ** (given.failures - 1));
  const spread = Math.round(full * (0.5 + given.random / 2));
  return Math.max(spread, given.afterMs ?? 0);
}

/** A failure, with the message for admins. */
interface Failure {
  readonly taskId: string;
  readonly fence: number;
  readonly code: string;
  readonly message: string;
}

/**
 * Ends a claimed task and its pushes as failed.
 *
 * @returns false when the claim was lost.
 */
export function failTask({ db }: { readonly db: Db }, failure: Failure): Promise<boolean> {
  return inTransaction(db, (tx) => endTask(tx, { ...failure, from: ACTIVE_STATUSES, to: 'failed' }));
}

/** Deletes the invalid cursor of a source and queues the full read that is required. */
export async function restartWithFull(
  deps: RequestSyncDeps,
  { sourceId, trigger }: Pick<Claim, 'sourceId' | 'trigger'>,
): Promise<void> {
  const type = await forgetCursor(deps.db.prisma, sourceId);
  if (type === null || !deps.supportedModes(type).includes('full')) return;
  const draft = { sourceId, mode: 'full', dryRun: false, trigger } as const;
  await queueTask(deps, { ...draft, requestedBy: 'system', scheduledFor: null });
}

/**
 * Deletes the cursor of the next delta of a source.
 *
 * @returns the source's type, or null when the source was deleted.
 */
async function forgetCursor(tx: Tx, sourceId: string): Promise<string | null> {
  // Touches the one source; its `updated_at` stays, because its options did not change.
  const rows = await tx.$queryRaw<{ type: string }[]>`
    UPDATE sources SET cursor = NULL WHERE id = ${sourceId}::uuid RETURNING type`;
  return rows[0]?.type ?? null;
}
