import { ACTIVE_STATUSES } from '../domain/task.js';
import type { Tx } from '../platform/db.js';

/**
 * Ends the lease of a claimed task.
 *
 * @returns its new ring, or null when the claim is not ours any more.
 */
export async function giveBack(
  tx: Tx,
  { taskId, fence }: { readonly taskId: string; readonly fence: number },
): Promise<number | null> {
  // Touches the one claimed task; no worker's name beside an ended lease = nobody died.
  const rows = await tx.$queryRaw<{ ring: number }[]>`
    UPDATE sync_tasks
    SET worker = NULL, heartbeat_at = NULL, fence = fence + 1, ring = ring + 1, rung_at = now()
    WHERE id = ${taskId}::uuid AND fence = ${fence} AND status = ANY(${[...ACTIVE_STATUSES]}::text[])
    RETURNING ring`;
  return rows[0]?.ring ?? null;
}

/** The claims that a worker holds. */
export function claimsOf(
  tx: Tx,
  worker: string,
): Promise<readonly { readonly taskId: string; readonly fence: number }[]> {
  return tx.$queryRaw`
    SELECT id AS "taskId", fence FROM sync_tasks
    WHERE worker = ${worker} AND status = ANY(${[...ACTIVE_STATUSES]}::text[])`;
}
