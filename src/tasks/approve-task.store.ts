import type { Tx } from '../platform/db.js';

/**
 * Queues a held task to apply exactly this plan.
 *
 * @returns its new ring, or null when it is not held, has another plan or is expired.
 * @throws the driver's error of the index `sync_tasks_one_queued` when a task of its kind is queued.
 */
export async function approveHeldTask(
  tx: Tx,
  { taskId, planHash }: { readonly taskId: string; readonly planHash: string },
): Promise<number | null> {
  // Touches the one held task; a second approval finds it queued. An approval is no attempt of its own.
  const rows = await tx.$queryRaw<{ ring: number }[]>`
    UPDATE sync_tasks
    SET status = 'queued', approved_hash = ${planHash}, approved_at = now(), held = NULL, failures = 0, crashes = 0,
        attempt = GREATEST(attempt - 1, 0), ring = ring + 1, rung_at = now()
    WHERE id = ${taskId}::uuid AND status = 'held'
      AND held->>'planHash' = ${planHash} AND (held->>'expiresAt')::timestamptz > now()
    RETURNING ring`;
  return rows[0]?.ring ?? null;
}
