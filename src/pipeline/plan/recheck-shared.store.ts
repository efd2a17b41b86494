import { MANUAL_SOURCE } from '../../domain/manual-source.js';
import type { Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';

/**
 * Adds the records whose rows other sources list too to the work list, in addition to those that were added when the
 * task was queued: their fields are composed anew (R13). Touches the task's own work list; idempotent.
 */
export async function recheckShared(tx: Tx, { task, scope }: RunContext): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO staged_records (task_id, kind, external_id, seq, state)
    SELECT ${task.id}::uuid, k.kind, k.external_id, 0, 'unchanged'
    FROM known_records k
    WHERE k.source_id = ${scope.sourceId}::uuid AND k.removed_at IS NULL AND EXISTS (
      SELECT 1 FROM known_records other
      WHERE other.target_id = k.target_id AND other.kind = k.kind AND other.source_id <> k.source_id
        AND other.source_id <> ${MANUAL_SOURCE.id}::uuid
        AND other.removed_at IS NULL)
    ON CONFLICT (task_id, kind, external_id) DO NOTHING`;
  await tx.$executeRaw`
    UPDATE staged_records SET recheck = true
    WHERE task_id = ${task.id}::uuid AND state = 'unchanged' AND NOT recheck`;
}
