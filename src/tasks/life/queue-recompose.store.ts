import { v7 as uuidv7 } from 'uuid';
import { MANUAL_SOURCE } from '../../domain/manual-source.js';
import type { Tx } from '../../platform/db.js';
import { insertReadless } from './queue-rechecks.store.js';
import type { Ring } from './ring.store.js';

/**
 * Queues the task that composes the rows again which a source shares with others, after its priority changed (R13).
 * Part of the caller's transaction: call `ringTask` after the commit.
 *
 * @returns empty when the source shares no row.
 */
export async function queueRecompose(tx: Tx, sourceId: string, requestedBy: string): Promise<readonly Ring[]> {
  return (await sharesRows(tx, sourceId)) ? [await insert(tx, sourceId, requestedBy)] : [];
}

/**
 * Queues the tasks that compose the rows again which a source shares with others, before the source is deleted in the
 * same transaction: one task of each source that keeps such rows. Call `ringTask` after the commit.
 */
export async function queueRecomposeOfOthers(tx: Tx, leavingId: string, requestedBy: string): Promise<readonly Ring[]> {
  const records = await findRemainingRecords(tx, leavingId);
  const rings: Ring[] = [];
  // In the order of the ids, so that two deletions at the same time cannot deadlock.
  for (const sourceId of [...new Set(records.map((record) => record.sourceId))].sort()) {
    const ring = await insert(tx, sourceId, requestedBy);
    await stageRecords(
      tx,
      ring.taskId,
      records.filter((record) => record.sourceId === sourceId),
    );
    rings.push(ring);
  }
  return rings;
}

function insert(tx: Tx, sourceId: string, requestedBy: string): Promise<Ring> {
  const task = { id: uuidv7(), sourceId, requestedBy };
  return insertReadless(tx, { ...task, mode: 'recompose', trigger: 'manual' });
}

/** Whether a source links a row that another source links too. */
async function sharesRows(tx: Tx, sourceId: string): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ shares: boolean }[]>`
    SELECT EXISTS (
      SELECT 1 FROM known_records k JOIN known_records other ON other.target_id = k.target_id AND other.kind = k.kind
        AND other.source_id NOT IN (k.source_id, ${MANUAL_SOURCE.id}::uuid) AND other.removed_at IS NULL
      WHERE k.source_id = ${sourceId}::uuid AND k.removed_at IS NULL) AS shares`;
  return row?.shares ?? false;
}

/** A record with a link to a row that the source being deleted links too. */
interface RemainingRecord {
  readonly sourceId: string;
  readonly kind: string;
  readonly externalId: string;
}

/** For each row that the source being deleted shares: the record of the remaining source with the highest priority. */
async function findRemainingRecords(tx: Tx, leavingId: string): Promise<readonly RemainingRecord[]> {
  return tx.$queryRaw<RemainingRecord[]>`
    SELECT DISTINCT ON (k.kind, k.target_id) other.source_id AS "sourceId", other.kind, other.external_id AS "externalId"
    FROM known_records k
    JOIN known_records other ON other.target_id = k.target_id AND other.kind = k.kind
      AND other.source_id NOT IN (k.source_id, ${MANUAL_SOURCE.id}::uuid) AND other.removed_at IS NULL
    JOIN sources s ON s.id = other.source_id
    WHERE k.source_id = ${leavingId}::uuid AND k.removed_at IS NULL
    ORDER BY k.kind, k.target_id, s.priority DESC, s.name`;
}

/** Adds records to the work list of a queued recompose, in one statement. */
async function stageRecords(tx: Tx, taskId: string, records: readonly RemainingRecord[]): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO staged_records (task_id, kind, external_id, seq, state)
    SELECT ${taskId}::uuid, h.kind, h.external_id, 0, 'unchanged'
    FROM unnest(${records.map(({ kind }) => kind)}::text[], ${records.map(({ externalId }) => externalId)}::text[])
      AS h (kind, external_id)
    ON CONFLICT (task_id, kind, external_id) DO NOTHING`;
}
