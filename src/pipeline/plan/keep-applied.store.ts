import type { Tx } from '../../platform/db.js';

/**
 * Prepares for a new plan: lines that an earlier attempt applied stay as history, the others are deleted. Field
 * problems are deleted too, because the new plan compares their records again. `beginPlan` moves the mark, in the same
 * transaction.
 */
export async function keepApplied(tx: Tx, taskId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE changes c SET outcome = 'applied', problems = NULL
    FROM sync_tasks t
    WHERE c.task_id = ${taskId}::uuid AND t.id = c.task_id AND c.outcome IS NULL AND change_outcome(c, t) = 'applied'`;
  await tx.$executeRaw`DELETE FROM changes WHERE task_id = ${taskId}::uuid AND outcome IS DISTINCT FROM 'applied'`;
}
