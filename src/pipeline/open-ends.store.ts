import type { Tx } from '../platform/db.js';
import type { RunContext } from './run-context.js';

/** Whether the source still has a link. */
export async function hasLinks(tx: Tx, { scope }: RunContext): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ linked: boolean }[]>`
    SELECT EXISTS (
      SELECT 1 FROM known_records WHERE source_id = ${scope.sourceId}::uuid AND removed_at IS NULL) AS linked`;
  return row?.linked ?? false;
}

/** Whether a line of the task was not applied because its row changed after the plan. */
export async function hasConflicts(tx: Tx, { task }: RunContext): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ found: boolean }[]>`
    SELECT EXISTS (
      SELECT 1 FROM changes
      WHERE task_id = ${task.id}::uuid AND outcome = 'failed' AND code = 'changed_meanwhile') AS found`;
  return row?.found ?? false;
}
