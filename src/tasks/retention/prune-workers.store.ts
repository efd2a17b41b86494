import type { Tx } from '../../platform/db.js';
import { RETENTION } from './retention.js';

/** Deletes the rows of workers that ended without a clean shutdown long ago. @returns their number. */
export async function pruneWorkers(tx: Tx, limit: number): Promise<number> {
  // Touches rows that are not renewed; a live worker creates its row again.
  return tx.$executeRaw`
    DELETE FROM workers WHERE name = ANY(ARRAY(
      SELECT name FROM workers
      WHERE seen_at < now() - ${RETENTION.silentWorkersMs}::float8 * interval '1 millisecond'
      LIMIT ${limit}
      FOR UPDATE SKIP LOCKED))`;
}
