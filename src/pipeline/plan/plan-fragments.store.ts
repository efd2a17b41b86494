import { Prisma, type Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';

/**
 * The row of a known record `k`, as an SQL expression; null if the record must be matched like a new one (R10). This is
 * so when its link ended and another record of the source links the row now, or returns in this task and was linked
 * later: a row never has two links of one source, because the end of one would take the row of the other out of force.
 */
export function ownRow({ task }: RunContext): Prisma.Sql {
  return Prisma.sql`
    CASE WHEN k.removed_at IS NULL OR NOT EXISTS (
      SELECT 1 FROM known_records rival
      WHERE rival.target_id = k.target_id AND rival.source_id = k.source_id AND rival.kind = k.kind
        AND rival.external_id <> k.external_id
        AND (rival.removed_at IS NULL
             OR ((rival.removed_at, rival.external_id) > (k.removed_at, k.external_id) AND EXISTS (
               SELECT 1 FROM staged_records back
               WHERE back.task_id = ${task.id}::uuid AND back.kind = rival.kind
                 AND back.external_id = rival.external_id AND back.state = 'present'))))
    THEN k.target_id END`;
}

/** Succeeded and partial tasks of the source whose read began after this one's: their records are newer (R47). */
export async function findLaterTasks(tx: Tx, { task, scope }: RunContext): Promise<readonly string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT later.id FROM sync_tasks later JOIN sync_tasks t ON t.id = ${task.id}::uuid
    WHERE later.source_id = ${scope.sourceId}::uuid AND later.id <> t.id AND NOT later.dry_run
      AND later.read_started_at > t.read_started_at AND later.status IN ('succeeded', 'partial')`;
  return rows.map((row) => row.id);
}
