import type { Tx } from '../platform/db.js';

/**
 * Lifts the back-off of a queued task.
 *
 * @returns its new ring, or null when it does not wait any more.
 */
export async function hastenTask(tx: Tx, taskId: string): Promise<number | null> {
  // Touches the one waiting task; a second call finds nothing to lift.
  const rows = await tx.$queryRaw<{ ring: number }[]>`
    UPDATE sync_tasks
    SET not_before = NULL, ring = ring + 1, rung_at = now()
    WHERE id = ${taskId}::uuid AND status = 'queued' AND not_before > now()
    RETURNING ring`;
  return rows[0]?.ring ?? null;
}
