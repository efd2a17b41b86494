import type { Tx } from '../../platform/db.js';

/**
 * Makes room for a plan from scratch: lines that an earlier attempt applied stay as history, the others go. Field
 * problems belong to the plan to come, which looks at their records again. The mark stays: `beginPlan` moves it, in the
 * same transaction.
 */
export async function keepApplied(tx: Tx, taskId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE changes c SET outcome = 'applied', problems = NULL
    FROM sync_tasks t
    WHERE c.task_id = ${taskId}::uuid AND t.id = c.task_id AND c.outcome IS NULL AND change_outcome(c, t) = 'applied'`;
  await tx.$executeRaw`DELETE FROM changes WHERE task_id = ${taskId}::uuid AND outcome IS DISTINCT FROM 'applied'`;
}
