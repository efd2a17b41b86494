import type { Tx } from '../../platform/db.js';
import { RETENTION } from './retention.js';

/**
 * Deletes the row of a source whose deletion can no longer be undone, with its tasks, pushes and ended links. One
 * source per call, because it may have many rows. @returns the number of sources.
 */
export async function pruneSources(tx: Tx): Promise<number> {
  // Touches deleted sources without a running undo of the deletion.
  return tx.$executeRaw`
    DELETE FROM sources WHERE id = (
      SELECT id FROM sources
      WHERE deleted_at < now() - ${RETENTION.changesMs}::float8 * interval '1 millisecond'
      ORDER BY deleted_at LIMIT 1
      FOR UPDATE SKIP LOCKED)`;
}
