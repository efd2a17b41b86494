import type { RecordKind } from '../../domain/record.js';
import type { Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';
import type { ChangePlace } from './changes.store.js';

/**
 * Removes records of erased people, with their data, from the work list and adds a line with this reason. Without
 * erasures of this source and kind it costs one index look-up.
 */
export async function skipErased(
  tx: Tx,
  { task, scope, erasureKey }: RunContext,
  kind: RecordKind,
  { target, rank }: ChangePlace,
): Promise<void> {
  const [any] = await tx.$queryRaw<{ found: boolean }[]>`
    SELECT EXISTS (SELECT 1 FROM erasures WHERE source_id = ${scope.sourceId}::uuid AND kind = ${kind}) AS found`;
  if (!any?.found) return;
  const key = await erasureKey.open(tx);
  // A new plan finds the rows without data and adds their lines again.
  await tx.$executeRaw`
    WITH erased AS (
      UPDATE staged_records s SET state = 'skipped', data = NULL, match_keys = '{}', duplicate = false
      FROM erasures e
      WHERE s.task_id = ${task.id}::uuid AND s.kind = ${kind} AND s.state IN ('present', 'skipped')
        AND e.source_id = ${scope.sourceId}::uuid AND e.kind = ${kind}
        AND e.id_hash = erasure_hash(${key}::bytea, ${scope.sourceId}::uuid, s.kind, s.external_id)
      RETURNING s.external_id, e.target_id
    )
    INSERT INTO changes (task_id, rank, target, kind, external_id, target_id, action, code, message)
    SELECT ${task.id}::uuid, ${rank}, ${target}, ${kind}, external_id, target_id, 'skip', 'erased',
           'This person was erased: what the source says is not taken until an admin lifts it.'
    FROM erased
    WHERE NOT EXISTS (SELECT 1 FROM changes c
                      WHERE c.task_id = ${task.id}::uuid AND c.rank = ${rank}::smallint AND c.action = 'skip'
                        AND c.external_id = erased.external_id)
    ORDER BY external_id`;
}
