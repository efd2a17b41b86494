import type { Tx } from '../platform/db.js';
import { SKIPPED_PREFIX } from './counters.js';

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
