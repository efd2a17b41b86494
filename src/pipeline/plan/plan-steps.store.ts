import type { RecordKind } from '../../domain/record.js';
import { Prisma, type Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';
import type { ChangePlace } from './changes.store.js';
import { SourceConfigError } from '../../domain/errors.js';
import { isBroken } from './worklist.store.js';
import { MANUAL_SOURCE } from '../../domain/manual-source.js';

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
