import { ringTask } from './ring.store.js';
import type { TaskDeps } from './task-deps.js';
import { ACTIVE_STATUSES } from '../../domain/task.js';
import type { Tx } from '../../platform/db.js';

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
