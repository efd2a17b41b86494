import { SourceConfigError } from '../../domain/errors.js';
import { Prisma, type Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';
import { isBroken } from './worklist.store.js';

/**
 * Adds all linked records of a source that is being deleted to the work list as gone, also of plugins' kinds (R17), and
 * those whose link an interrupted task ended. Idempotent.
 * @throws SourceConfigError if a kind has no target: its rows would remain.
 */
export async function markLeaving(tx: Tx, { task, scope, targets }: RunContext): Promise<void> {
  const rows = await tx.$queryRaw<{ kind: string }[]>`
    WITH listed AS (
      INSERT INTO staged_records (task_id, kind, external_id, seq, state)
      SELECT ${task.id}::uuid, k.kind, k.external_id, 0, 'absent'
      FROM known_records k
      WHERE k.source_id = ${scope.sourceId}::uuid AND (k.removed_at IS NULL OR ${isBroken(Prisma.sql`k.task_id`)})
      ON CONFLICT (task_id, kind, external_id) DO UPDATE SET state = 'absent'
      RETURNING kind
    )
    SELECT DISTINCT kind FROM listed`;
  const known = new Set(targets.records().map(({ kind }) => kind));
  const unknown = rows.map(({ kind }) => kind).filter((kind) => !known.has(kind));
  if (unknown.length === 0) return;
  throw new SourceConfigError(
    `There is no target for records of kind ${unknown.join(', ')}: load the plugin, or delete the source without its records.`,
  );
}
