import { ACTIVE_STATUSES } from '../domain/task.js';
import type { Tx } from '../platform/db.js';

/**
 * Writes a sign of life.
 *
 * @returns null when the claim is not ours any more.
 */
export async function beat(
  tx: Tx,
  { taskId, fence }: { readonly taskId: string; readonly fence: number },
): Promise<{ readonly cancelRequested: boolean } | null> {
  // Touches the one task while the claim is ours. It may wait for the run's own transaction: hence the clock, not now().
  const rows = await tx.$queryRaw<{ cancelRequested: boolean }[]>`
    UPDATE sync_tasks SET heartbeat_at = clock_timestamp()
    WHERE id = ${taskId}::uuid AND fence = ${fence} AND status = ANY(${[...ACTIVE_STATUSES]}::text[])
    RETURNING cancel_requested_at IS NOT NULL AS "cancelRequested"`;
  return rows[0] ?? null;
}
