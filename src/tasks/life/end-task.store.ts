import { PUSHES_FINISHED } from '../../domain/push-channel.js';
import { ACTIVE_STATUSES, type TaskStatus } from '../../domain/task.js';
import { type Db, inTransaction, type Tx } from '../../platform/db.js';
import { leaveHintsTo } from '../inbox/hint.store.js';
import { endedOnAbort } from '../../platform/abortable.js';
import { serverProcessOf } from '../../platform/postgres-server.store.js';
import { ringTask } from './ring.store.js';
import type { TaskDeps } from './task.js';

/** The end of a task that did not finish its work. */
interface TaskEnding {
  readonly taskId: string;
  /** The statuses that it may have now. */
  readonly from: readonly TaskStatus[];
  /** The claim of the worker that ends it; null = not ended by a worker. */
  readonly fence: number | null;
  readonly to: 'failed' | 'cancelled';
  readonly code: string;
  readonly message: string;
}

/**
 * Ends a task and all its pushes; its worker can no longer write, because of the fence.
 *
 * @returns false when it was no longer in one of these statuses, or another worker has it.
 */
export async function endTask(tx: Tx, ending: TaskEnding): Promise<boolean> {
  const { taskId, from, fence, to, code, message } = ending;
  // Touches the one task if its status is one of these; a second call finds it ended.
  const count = await tx.$executeRaw`
    UPDATE sync_tasks
    SET status = ${to}, error_code = ${code}, error_message = ${message}, not_before = NULL,
        counts = COALESCE(held->'applied', counts), held = NULL,
        finished_at = now(), worker = NULL, heartbeat_at = NULL, fence = fence + 1,
        cost_ms = LEAST(extract(epoch FROM now() - COALESCE(started_at, now())) * 1000, 2147483647)::int
    WHERE id = ${taskId}::uuid
      AND status = ANY(${[...from]}::text[])
      AND (${fence}::int IS NULL OR fence = ${fence}::int)`;
  if (count !== 1) return false;
  await leaveHintsTo(tx, taskId);
  const pushes = await tx.push.updateMany({
    where: { taskId, finishedAt: null },
    data: { result: { status: to, taskId, error: { code, message } }, finishedAt: new Date() },
  });
  if (pushes.count > 0) await tx.$executeRaw`SELECT pg_notify(${PUSHES_FINISHED}, '')`;
  return true;
}

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

/**
 * Releases a claimed task because the worker shuts down, and adds a job for another worker (R46).
 *
 * The task keeps its status and its position before the queued ones of its source; only its lease ends. No attempt,
 * failure or crash is counted. Late writes of this worker are prevented by the fence.
 */
export async function releaseTask(
  deps: TaskDeps,
  { taskId, fence }: { readonly taskId: string; readonly fence: number },
): Promise<void> {
  const ring = await giveBack(deps.db.prisma, { taskId, fence });
  if (ring !== null) await ringTask(deps, { taskId, ring });
}

/**
 * Releases all tasks that a worker still has at the end of its shutdown time; the fence prevents its late writes.
 *
 * @returns the number of tasks.
 */
export async function releaseAll(deps: TaskDeps, worker: string): Promise<number> {
  const claims = await claimsOf(deps.db.prisma, worker);
  for (const claim of claims) await releaseTask(deps, claim);
  return claims.length;
}

/**
 * Ends the lease of a claimed task.
 *
 * @returns its new ring, or null when the claim was lost.
 */
async function giveBack(
  tx: Tx,
  { taskId, fence }: { readonly taskId: string; readonly fence: number },
): Promise<number | null> {
  // Touches the one claimed task; an ended lease without a worker's name is not counted as a crash.
  const rows = await tx.$queryRaw<{ ring: number }[]>`
    UPDATE sync_tasks
    SET worker = NULL, heartbeat_at = NULL, fence = fence + 1, ring = ring + 1, rung_at = now()
    WHERE id = ${taskId}::uuid AND fence = ${fence} AND status = ANY(${[...ACTIVE_STATUSES]}::text[])
    RETURNING ring`;
  return rows[0]?.ring ?? null;
}

/** The claims of a worker. */
function claimsOf(tx: Tx, worker: string): Promise<readonly { readonly taskId: string; readonly fence: number }[]> {
  return tx.$queryRaw`
    SELECT id AS "taskId", fence FROM sync_tasks
    WHERE worker = ${worker} AND status = ANY(${[...ACTIVE_STATUSES]}::text[])`;
}
