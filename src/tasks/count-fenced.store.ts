import type { Tx } from '../platform/db.js';
import { COUNTERS } from './counters.js';

/** Counts that a late worker was kept from writing: in the task, and for good. */
export async function countFenced(tx: Tx, taskId: string): Promise<void> {
  // Touches one task's count and one counter. Not idempotent: a repeated call counts one too many, never one too few.
  // Outside the fence on purpose: whoever counts has lost it.
  await tx.$executeRaw`
    WITH counted AS (
      UPDATE sync_tasks SET fenced = fenced + 1 WHERE id = ${taskId}::uuid
    )
    INSERT INTO counters (name, value) VALUES (${COUNTERS.fenced}, 1)
    ON CONFLICT (name) DO UPDATE SET value = counters.value + 1`;
}
