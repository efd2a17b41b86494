import type { RecordKind } from '../../domain/record.js';
import { Prisma, type Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';
import type { Hint } from '../../sources/source-adapter.js';

/**
 * Linked ids of the kind that are not on the work list, at most `limit`. Not those that the source reported as changed
 * since the read began: they are not counted as absent, the delta after this read reads them (R47).
 */
export async function findUnseen(
  tx: Tx,
  { task, scope }: RunContext,
  kind: RecordKind,
  limit: number,
): Promise<readonly string[]> {
  const rows = await tx.$queryRaw<{ externalId: string }[]>`
    SELECT k.external_id AS "externalId"
    FROM known_records k
    JOIN sync_tasks t ON t.id = ${task.id}::uuid
    WHERE k.source_id = ${scope.sourceId}::uuid AND k.kind = ${kind} AND k.removed_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM staged_records s
                      WHERE s.task_id = t.id AND s.kind = k.kind AND s.external_id = k.external_id)
      AND NOT EXISTS (SELECT 1 FROM hints h
                      WHERE h.source_id = k.source_id AND h.kind = k.kind AND h.external_id = k.external_id
                        AND h.received_at >= t.read_started_at)
    ORDER BY k.external_id
    LIMIT ${limit}`;
  return rows.map((row) => row.externalId);
}

/**
 * Assigns the source's waiting hints to the task, and those of earlier tasks that failed or were cancelled; a dry run
 * reads the same hints without assigning them (R35). A postponed hint is left until its time.
 *
 * A repeated read also takes hints that arrived meanwhile: the current state of each object is read.
 * @returns the objects that the task has to read again, each once
 */
export async function takeHints(tx: Tx, { task, scope }: RunContext): Promise<readonly Hint[]> {
  const free = Prisma.sql`
    h.source_id = ${scope.sourceId}::uuid
      AND (is_waiting(h) OR h.task_id IN (
        SELECT t.id FROM sync_tasks t
        WHERE t.source_id = ${scope.sourceId}::uuid AND t.status IN ('failed', 'cancelled') AND t.id <> ${task.id}::uuid))`;
  // Touches waiting hints and those of failed or cancelled tasks; a second call finds nothing more.
  if (!task.dryRun) await tx.$executeRaw`UPDATE hints h SET task_id = ${task.id}::uuid WHERE ${free}`;
  return tx.$queryRaw<Hint[]>`
    SELECT DISTINCT kind, external_id AS "externalId" FROM hints h
    WHERE ${task.dryRun ? free : Prisma.sql`h.task_id = ${task.id}::uuid`} ORDER BY 1, 2`;
}
