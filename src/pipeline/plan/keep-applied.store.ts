import type { Tx } from '../../platform/db.js';

/**
 * Makes room for a plan from scratch: lines that an earlier attempt applied stay as history, the others go.
 * @param safePart the plan to come is only what needs no person (R31).
 */
export async function keepApplied(tx: Tx, taskId: string, safePart: boolean): Promise<void> {
  const [mark] = await tx.$queryRaw<{ rank: number; id: bigint; hasLines: boolean }[]>`
    UPDATE sync_tasks t SET mark_rank = -1, mark_id = 0, safe_part = ${safePart}
    FROM sync_tasks before
    WHERE t.id = ${taskId}::uuid AND before.id = t.id
    RETURNING before.mark_rank AS rank, before.mark_id AS id,
              EXISTS (SELECT 1 FROM changes c WHERE c.task_id = t.id) AS "hasLines"`;
  if (!mark?.hasLines) return;
  await tx.$executeRaw`
    UPDATE changes SET outcome = 'applied'
    WHERE task_id = ${taskId}::uuid AND outcome IS NULL AND action <> 'skip'
      AND (rank, id) <= (${mark.rank}::smallint, ${mark.id}::bigint)`;
  await tx.$executeRaw`DELETE FROM changes WHERE task_id = ${taskId}::uuid AND outcome IS DISTINCT FROM 'applied'`;
}
