import type { Hint } from '../../sources/source-adapter.js';
import type { Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';

/**
 * Binds the source's waiting hints to the task, and those of earlier tasks that ended without their work; a dry run
 * only looks at them.
 *
 * A repeated read takes those that came meanwhile as well: whatever is hinted is read as it is now.
 * @returns what the task has to read afresh, each thing once
 */
export async function takeHints(tx: Tx, { task, scope }: RunContext): Promise<readonly Hint[]> {
  if (task.dryRun) return findWaiting(tx, scope.sourceId);
  // Touches what waits, and what tasks left that failed or were cancelled; a second call finds nothing more.
  await tx.$executeRaw`
    UPDATE hints h SET task_id = ${task.id}::uuid
    WHERE h.source_id = ${scope.sourceId}::uuid
      AND (h.task_id IS NULL OR h.task_id IN (
        SELECT t.id FROM sync_tasks t
        WHERE t.source_id = ${scope.sourceId}::uuid AND t.status IN ('failed', 'cancelled') AND t.id <> ${task.id}::uuid))`;
  return tx.$queryRaw<Hint[]>`
    SELECT DISTINCT kind, external_id AS "externalId" FROM hints WHERE task_id = ${task.id}::uuid ORDER BY 1, 2`;
}

async function findWaiting(tx: Tx, sourceId: string): Promise<readonly Hint[]> {
  return tx.$queryRaw<Hint[]>`
    SELECT kind, external_id AS "externalId" FROM hints
    WHERE source_id = ${sourceId}::uuid AND task_id IS NULL ORDER BY 1, 2`;
}
