import type { Tx } from '../platform/db.js';
import type { PlanScope } from './target.js';

/**
 * Sets the managers who were created after their reports. Touches only rows that differ, so it is idempotent; lines
 * that an earlier attempt applied have an outcome and are skipped.
 */
export async function attachManagers(tx: Tx, { taskId }: PlanScope): Promise<void> {
  await tx.$executeRaw`
    UPDATE users u SET manager_id = m.id
    FROM changes c
    JOIN users m ON m.id = (c.after->>'managerId')::uuid
    WHERE c.task_id = ${taskId}::uuid AND c.target = 'users' AND c.outcome IS NULL
      AND c.action <> 'skip' AND c.after ? 'managerId' AND u.id = c.target_id
      AND u.manager_id IS DISTINCT FROM m.id`;
}
