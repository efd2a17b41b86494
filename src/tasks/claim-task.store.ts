import { validate as isUuid } from 'uuid';
import { ACTIVE_STATUSES, ENDED_STATUSES, type TaskMode, type TaskStatus, type TaskTrigger } from '../domain/task.js';
import type { Tx } from '../platform/db.js';
import { LEASE_MS } from './lease.js';
import type { NotClaimed } from './not-claimed.js';

/** A worker's right to work on a task, until a higher fence is given out. */
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
  /** Deaths of workers without progress since. */
  readonly crashes: number;
  readonly cancelRequested: boolean;
  /** Its worker died, or hung for longer than the lease. */
  readonly tookOver: boolean;
}

/**
 * Takes the task.
 *
 * @returns null when it is not to be had.
 * @throws the driver's error of the index `sync_tasks_one_active` when another task of the source is at work.
 */
export async function claimRow(
  tx: Tx,
  { taskId, worker }: { readonly taskId: string; readonly worker: string },
): Promise<Claim | null> {
  if (!isUuid(taskId)) return null;
  // Touches the one task that is free: due, or its lease is over or given back (then no worker died). A second
  // claim finds a living lease.
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
      AND CASE WHEN t.status = 'queued'
          THEN (s.enabled OR t.mode = 'undo') AND (t.not_before IS NULL OR t.not_before <= now())
          ELSE t.status = ANY(${[...ACTIVE_STATUSES]}::text[])
           AND (t.heartbeat_at IS NULL OR t.heartbeat_at < now() - ${LEASE_MS} * interval '1 millisecond')
          END
    RETURNING t.id AS "taskId", t.fence, t.source_id AS "sourceId", s.name AS source, t.mode, t.dry_run AS "dryRun",
      t.trigger, t.attempt, t.crashes, t.cancel_requested_at IS NOT NULL AS "cancelRequested",
      before.status <> 'queued' AND before.worker IS NOT NULL AS "tookOver"`;
  return rows[0] ?? null;
}

/** Says why a task could not be taken. */
export async function whyNot(
  tx: Tx,
  taskId: string,
): Promise<{ readonly reason: NotClaimed; readonly status?: TaskStatus }> {
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
  return { reason: task.source.enabled || task.mode === 'undo' ? 'not_due' : 'source_disabled', status };
}
