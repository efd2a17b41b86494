import type { Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';

/** Succeeded and partial tasks of the source whose read began after this one's: their records are newer (R47). */
export async function findLaterTasks(tx: Tx, { task, scope }: RunContext): Promise<readonly string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT later.id FROM sync_tasks later JOIN sync_tasks t ON t.id = ${task.id}::uuid
    WHERE later.source_id = ${scope.sourceId}::uuid AND later.id <> t.id AND NOT later.dry_run
      AND later.read_started_at > t.read_started_at AND later.status IN ('succeeded', 'partial')`;
  return rows.map((row) => row.id);
}
