import { SourceConfigError } from '../../domain/errors.js';
import { Prisma, type Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';
import { isBroken } from './worklist.store.js';

/**
 * Puts every linked record of a source that is being deleted on the work list as gone, plugins' kinds included (R17), and
 * those whose link an interrupted task ended. Twice is once.
 * @throws SourceConfigError where a kind has no target: its rows would be left behind.
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
