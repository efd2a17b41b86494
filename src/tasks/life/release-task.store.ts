import { ringTask } from './ring.store.js';
import type { TaskDeps } from './task-deps.js';
import { ACTIVE_STATUSES } from '../../domain/task.js';
import type { Tx } from '../../platform/db.js';

/**
 * Gives a claimed task back because the worker goes down, and rings for another one (R46).
 *
 * The task keeps its status and its place before the queued ones of its source; only its lease ends. Nothing is
 * counted: no attempt, no failure, no crash. A late write of this worker is fenced off.
 */
export async function releaseTask(
  deps: TaskDeps,
  { taskId, fence }: { readonly taskId: string; readonly fence: number },
): Promise<void> {
  const ring = await giveBack(deps.db.prisma, { taskId, fence });
  if (ring !== null) await ringTask(deps, { taskId, ring });
}

/**
 * Gives back whatever a worker still holds when its time is over; its late writes are fenced off.
 *
 * @returns how many tasks.
 */
export async function releaseAll(deps: TaskDeps, worker: string): Promise<number> {
  const claims = await claimsOf(deps.db.prisma, worker);
  for (const claim of claims) await releaseTask(deps, claim);
  return claims.length;
}

/**
 * Ends the lease of a claimed task.
 *
 * @returns its new ring, or null when the claim is not ours any more.
 */
async function giveBack(
  tx: Tx,
  { taskId, fence }: { readonly taskId: string; readonly fence: number },
): Promise<number | null> {
  // Touches the one claimed task; no worker's name beside an ended lease = no worker died.
  const rows = await tx.$queryRaw<{ ring: number }[]>`
    UPDATE sync_tasks
    SET worker = NULL, heartbeat_at = NULL, fence = fence + 1, ring = ring + 1, rung_at = now()
    WHERE id = ${taskId}::uuid AND fence = ${fence} AND status = ANY(${[...ACTIVE_STATUSES]}::text[])
    RETURNING ring`;
  return rows[0]?.ring ?? null;
}

/** The claims that a worker holds. */
function claimsOf(tx: Tx, worker: string): Promise<readonly { readonly taskId: string; readonly fence: number }[]> {
  return tx.$queryRaw`
    SELECT id AS "taskId", fence FROM sync_tasks
    WHERE worker = ${worker} AND status = ANY(${[...ACTIVE_STATUSES]}::text[])`;
}
