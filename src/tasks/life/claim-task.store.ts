import {
  ACTIVE_STATUSES,
  ENDED_STATUSES,
  isReadless,
  type TaskMode,
  type TaskStatus,
  type TaskTrigger,
} from '../../domain/task.js';
import { type Db, inTransaction, type Tx } from '../../platform/db.js';
import { isLockTooSlow, isStatementTooSlow, lostAgainst } from '../../platform/sql-error.js';
import { addToCounter, COUNTERS } from '../fleet/counters.store.js';
import { endTask } from './end-task.store.js';
import { supersedeHeld } from './held-tasks.store.js';
import { validate as isUuid } from 'uuid';
import { CLAIMABLE } from './startable-tasks.store.js';

/** Why a task cannot be claimed now; all reasons are normal. */
type NotClaimed =
  /** Another task of the source is running. */
  | 'busy'
  /** A worker has claimed it, or it waits for approval. */
  | 'not_queued'
  /** It waits for its back-off. */
  | 'not_due'
  /** The source is disabled. */
  | 'source_disabled'
  | 'gone'
  /** It ended before, or just now, because its workers crashed too often or it was cancelled. */
  | 'ended';

/** Whether the task was claimed. */
export type ClaimAnswer =
  | { readonly claimed: true; readonly claim: Claim }
  | { readonly claimed: false; readonly reason: NotClaimed; readonly status?: TaskStatus; readonly sourceId?: string };

/** After this number of worker crashes without progress the task fails (R42). */
const MAX_CRASHES = 3;

/**
 * Claims a queued task that is due, or one whose worker has sent no heartbeat for longer than the lease.
 *
 * That another worker was first is a normal result. A full task that begins supersedes held ones (R33).
 */
export async function claimTask(
  { db }: { readonly db: Db },
  request: { readonly taskId: string; readonly worker: string },
): Promise<ClaimAnswer> {
  try {
    return await inTransaction(db, (tx) => claim(tx, request));
  } catch (error) {
    if (!lostAgainst(error, 'sync_tasks_one_active') && !isLockTooSlow(error) && !isStatementTooSlow(error))
      throw error;
    return { claimed: false, reason: 'busy' };
  }
}

async function claim(tx: Tx, request: { readonly taskId: string; readonly worker: string }): Promise<ClaimAnswer> {
  const claimed = await claimRow(tx, request);
  if (claimed === null) return { claimed: false, ...(await whyNot(tx, request.taskId)) };
  if (claimed.tookOver) await addToCounter(tx, COUNTERS.takenOver);
  const end = endInsteadOfWork(claimed);
  if (end) {
    const { taskId, fence, sourceId } = claimed;
    await endTask(tx, { taskId, fence, from: ACTIVE_STATUSES, ...end });
    return { claimed: false, reason: 'ended', sourceId };
  }
  if (claimed.mode === 'full' && !claimed.dryRun) await supersedeHeld(tx, claimed);
  return { claimed: true, claim: claimed };
}

function endInsteadOfWork(claim: Claim) {
  if (claim.cancelRequested) {
    return { to: 'cancelled', code: 'cancelled', message: 'The task was cancelled on request.' } as const;
  }
  if (claim.crashes < MAX_CRASHES) return null;
  const message = `${claim.crashes} workers died on this task without progress: check the system log, then retry it.`;
  return { to: 'failed', code: 'crash_loop', message } as const;
}

/** A worker's claim of a task; it is valid until the task gets a higher fence. */
export interface Claim {
  readonly taskId: string;
  readonly fence: number;
  readonly sourceId: string;
  /** The source's name. */
  readonly source: string;
  readonly mode: TaskMode;
  readonly dryRun: boolean;
  readonly trigger: TaskTrigger;
  readonly attempt: number;
  /** Worker crashes since the last progress. */
  readonly crashes: number;
  readonly cancelRequested: boolean;
  /** Its worker crashed, or hung for longer than the lease. */
  readonly tookOver: boolean;
}

/**
 * Claims the task.
 *
 * @returns null when it cannot be claimed.
 * @throws the driver's error of the index `sync_tasks_one_active` when another task of the source is running.
 */
async function claimRow(
  tx: Tx,
  { taskId, worker }: { readonly taskId: string; readonly worker: string },
): Promise<Claim | null> {
  if (!isUuid(taskId)) return null;
  // Touches the one task that is free: due, or with an expired or released lease (released = no crash). A second claim
  // finds a valid lease.
  const rows = await tx.$queryRaw<Claim[]>`
    UPDATE sync_tasks t
    SET status = CASE WHEN t.status = 'applying' THEN 'applying' WHEN t.pulled THEN 'planning' ELSE 'pulling' END,
        phase = CASE WHEN t.status = 'applying' THEN 'apply' WHEN t.pulled THEN 'plan' ELSE 'pull' END,
        attempt = t.attempt + (t.status = 'queued')::int,
        crashes = t.crashes + (t.status <> 'queued' AND t.worker IS NOT NULL)::int,
        fence = t.fence + 1, worker = ${worker}, heartbeat_at = clock_timestamp(), not_before = NULL,
        started_at = COALESCE(t.started_at, now())
    FROM sources s, sync_tasks before
    WHERE t.id = ${taskId}::uuid AND s.id = t.source_id AND before.id = t.id
      AND ${CLAIMABLE}
    RETURNING t.id AS "taskId", t.fence, t.source_id AS "sourceId", s.name AS source, t.mode, t.dry_run AS "dryRun",
      t.trigger, t.attempt, t.crashes, t.cancel_requested_at IS NOT NULL AS "cancelRequested",
      before.status <> 'queued' AND before.worker IS NOT NULL AS "tookOver"`;
  return rows[0] ?? null;
}

/** Finds the reason why a task could not be claimed. */
async function whyNot(tx: Tx, taskId: string): Promise<{ readonly reason: NotClaimed; readonly status?: TaskStatus }> {
  const task = isUuid(taskId)
    ? await tx.syncTask.findUnique({
        where: { id: taskId },
        select: { status: true, mode: true, notBefore: true, source: { select: { enabled: true } } },
      })
    : null;
  if (task === null) return { reason: 'gone' };
  const status = task.status as TaskStatus;
  if (ENDED_STATUSES.some((ended) => ended === status)) return { reason: 'ended', status };
  if (status !== 'queued') return { reason: 'not_queued', status };
  return { reason: task.source.enabled || isReadless(task.mode as TaskMode) ? 'not_due' : 'source_disabled', status };
}
