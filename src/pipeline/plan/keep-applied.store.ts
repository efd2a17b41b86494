import type { Tx } from '../../platform/db.js';

/**
 * Makes room for a plan from scratch: lines that an earlier attempt applied stay as history, the others go.
 * @param safePart the plan to come is only what needs no person (R31).
 */
export async function keepApplied(tx: Tx, taskId: string, safePart: boolean): Promise<void> {
  await tx.$executeRaw`
    UPDATE changes c SET outcome = 'applied' FROM sync_tasks t
    WHERE t.id = ${taskId}::uuid AND c.task_id = t.id AND c.outcome IS NULL AND c.action <> 'skip'
      AND (c.rank, c.id) <= (t.mark_rank, t.mark_id)`;
  await tx.$executeRaw`DELETE FROM changes WHERE task_id = ${taskId}::uuid AND outcome IS DISTINCT FROM 'applied'`;
  await tx.$executeRaw`UPDATE sync_tasks SET mark_rank = -1, mark_id = 0, safe_part = ${safePart} WHERE id = ${taskId}::uuid`;
}
