import type { Tx } from '../../platform/db.js';

/** Names of the permanent counts in the table `counters`. Never rename one: its count would start again. */
export const COUNTERS = {
  /** Writes of workers with an outdated fence that were prevented. */
  fenced: 'fenced',
  /** Lost jobs that the sweeper added to the queue again. */
  rungAgain: 'rung_again',
  /** Held plans that were not approved in time. */
  heldExpired: 'held_expired',
  /** Tasks that were taken over from a worker that crashed or hung. */
  takenOver: 'taken_over',
} as const;

/** Prefix of the codes of skipped records. */
export const SKIPPED_PREFIX = 'skipped:';

/** Adds to a permanent count. Not idempotent. */
export async function addToCounter(tx: Tx, name: string, by = 1): Promise<void> {
  if (by === 0) return;
  await tx.$executeRaw`
    INSERT INTO counters (name, value) VALUES (${name}, ${by})
    ON CONFLICT (name) DO UPDATE SET value = counters.value + EXCLUDED.value`;
}

/** Counts a prevented write of a worker with an outdated fence: in the task, and permanently. */
export async function countFenced(tx: Tx, taskId: string): Promise<void> {
  // Touches one task's count and one counter. Not idempotent: a repeated call counts again.
  // Without the fence, because the worker that counts has lost its claim.
  await tx.$executeRaw`
    WITH counted AS (
      UPDATE sync_tasks SET fenced = fenced + 1 WHERE id = ${taskId}::uuid
    )
    INSERT INTO counters (name, value) VALUES (${COUNTERS.fenced}, 1)
    ON CONFLICT (name) DO UPDATE SET value = counters.value + 1`;
}

/** Adds the records that an ended task skipped to the permanent counts, by code. Not idempotent. */
export async function countSkips(tx: Tx, taskId: string): Promise<void> {
  // Touches one counter for each code, always in the same order: tasks that end at the same time cannot deadlock.
  await tx.$executeRaw`
    INSERT INTO counters (name, value)
    SELECT ${SKIPPED_PREFIX} || c.code, count(*)
    FROM changes c
    WHERE c.task_id = ${taskId}::uuid AND c.action = 'skip' AND c.code IS NOT NULL
    GROUP BY c.code
    ORDER BY c.code
    ON CONFLICT (name) DO UPDATE SET value = counters.value + EXCLUDED.value`;
}
