import type { Tx } from '../../platform/db.js';

/** Names of what is counted for good in the table `counters`. Never rename: the count would begin anew. */
export const COUNTERS = {
  /** Late workers that were kept from writing. */
  fenced: 'fenced',
  /** Rings that got lost and were given again by the sweeper. */
  rungAgain: 'rung_again',
  /** Held plans that were not approved in time. */
  heldExpired: 'held_expired',
  /** Tasks that were taken over from a worker that died or hung. */
  takenOver: 'taken_over',
} as const;

/** Before the codes of skipped records. */
export const SKIPPED_PREFIX = 'skipped:';

/** Adds to what is counted for good. Not idempotent. */
export async function addToCounter(tx: Tx, name: string, by = 1): Promise<void> {
  if (by === 0) return;
  await tx.$executeRaw`
    INSERT INTO counters (name, value) VALUES (${name}, ${by})
    ON CONFLICT (name) DO UPDATE SET value = counters.value + EXCLUDED.value`;
}

/** Counts that a late worker was kept from writing: in the task, and for good. */
export async function countFenced(tx: Tx, taskId: string): Promise<void> {
  // Touches one task's count and one counter. Not idempotent: a repeated call counts one too many, never one too few.
  // Outside the fence on purpose: the worker that counts has lost it.
  await tx.$executeRaw`
    WITH counted AS (
      UPDATE sync_tasks SET fenced = fenced + 1 WHERE id = ${taskId}::uuid
    )
    INSERT INTO counters (name, value) VALUES (${COUNTERS.fenced}, 1)
    ON CONFLICT (name) DO UPDATE SET value = counters.value + 1`;
}

/** Adds the records that an ended task skipped to what is counted for good, by code. Not idempotent. */
export async function countSkips(tx: Tx, taskId: string): Promise<void> {
  // Touches one counter a code, in one order, so that two tasks that end at once don't wait for each other in a circle.
  await tx.$executeRaw`
    INSERT INTO counters (name, value)
    SELECT ${SKIPPED_PREFIX} || c.code, count(*)
    FROM changes c
    WHERE c.task_id = ${taskId}::uuid AND c.action = 'skip' AND c.code IS NOT NULL
    GROUP BY c.code
    ORDER BY c.code
    ON CONFLICT (name) DO UPDATE SET value = counters.value + EXCLUDED.value`;
}
