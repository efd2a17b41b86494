import { ACTIVE_STATUSES } from '../../domain/task.js';
import { type Db, inTransaction, type Tx } from '../../platform/db.js';
import { lostAgainst } from '../../platform/sql-error.js';
import { endTask } from './end-task.store.js';
import { releasePushes } from '../inbox/release-pushes.store.js';
import type { TaskDeps } from './task-deps.js';

/** A failure that may pass by itself. */
interface TransientFailure extends Failure {
  /** How long the source asked to wait. */
  readonly afterMs?: number | undefined;
}

/** The task waits, it failed for good, or the claim was not ours any more. */
type DelayAnswer =
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
  const message = `${failure.message} The next task of this source is already queued and continues the work.`;
  await releasePushes(tx, failure);
  return fail(tx, { ...failure, message });
}

/**
 * Counts this failure with those before it, without writing.
 *
 * @returns null when the claim is not ours any more.
 */
async function countFailures(tx: Tx, { taskId, fence }: Failure): Promise<number | null> {
  // Touches nothing; the row lock keeps others from moving the task.
  const rows = await tx.$queryRaw<{ failures: number }[]>`
    SELECT failures + 1 AS failures FROM sync_tasks
    WHERE id = ${taskId}::uuid AND fence = ${fence} AND status = ANY(${[...ACTIVE_STATUSES]}::text[])
    FOR UPDATE`;
  return rows[0]?.failures ?? null;
}

/**
 * Puts a claimed task back into the queue until its back-off is over.
 *
 * @throws the driver's error of the index `sync_tasks_one_queued` when a task of its kind is queued.
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
 * How long a task waits after a transient failure: doubled each time, capped, and spread so that many don't come
 * back at once; longer where the source asks for it (R42).
 */
export function retryDelay(given: {
  /** Failures in a row, this one included, from 1. */
  readonly failures: number;
  /** What the source asked for. */
  readonly afterMs: number | undefined;
  /** 0 (inclusive) to 1 (exclusive). */
  readonly random: number;
}): number {
  const full = Math.min(CAP_MS, BASE_MS * 2 ** (given.failures - 1));
  const spread = Math.round(full * (0.5 + given.random / 2));
  return Math.max(spread, given.afterMs ?? 0);
}

/** What went wrong, in the words that an admin reads. */
interface Failure {
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
