import type { TaskMode } from '../../../domain/task.js';
import type { Tx } from '../../../platform/db.js';

/**
 * Finds the mode of the task that a chain of undos began with: an undo of an undo repeats the first task. `undo` where
 * that task is no longer kept, null where the given task is not there.
 */
export async function findOriginMode(tx: Tx, taskId: string): Promise<TaskMode | null> {
  const rows = await tx.$queryRaw<{ mode: TaskMode }[]>`
    WITH RECURSIVE chain AS (
      SELECT mode, undoes, 1 AS depth FROM sync_tasks WHERE id = ${taskId}::uuid
      UNION ALL
      SELECT t.mode, t.undoes, c.depth + 1 FROM chain c JOIN sync_tasks t ON t.id = c.undoes)
    SELECT mode FROM chain ORDER BY depth DESC LIMIT 1`;
  return rows[0]?.mode ?? null;
}
