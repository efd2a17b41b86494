import type { Tx } from '../platform/db.js';
import { NEEDED_READS } from './needed-reads.store.js';
import { RETENTION } from './retention.js';

/**
 * Has ended tasks forget what they read, when it is too old to go on with: a retry reads the source again. Their
 * staged rows must not go before that, or a retry would plan from half a read.
 *
 * @returns how many tasks.
 */
export async function forgetOldReads(tx: Tx, limit: number): Promise<number> {
  // Touches ended tasks that nobody is moving now; one that forgot is not found again. A push task without pushes
  // loses its place in the order (R47): what a retry finds waiting is newer than its old read.
  return tx.$executeRaw`
    WITH needed AS MATERIALIZED (${NEEDED_READS})
    UPDATE sync_tasks SET pulled = false, checkpoint = NULL,
      read_started_at = CASE WHEN EXISTS (SELECT 1 FROM pushes p WHERE p.task_id = sync_tasks.id)
                             THEN read_started_at END
    WHERE id = ANY(ARRAY(
      SELECT t.id
      FROM sync_tasks t
      LEFT JOIN needed n ON n.source_id = t.source_id
      WHERE t.status IN ('partial', 'failed', 'cancelled') AND (t.pulled OR t.checkpoint IS NOT NULL)
        AND t.finished_at < now() - interval '1 millisecond'
          * CASE WHEN t.dry_run THEN ${RETENTION.doneReadsMs}::float8 ELSE ${RETENTION.retryableReadsMs}::float8 END
        AND (t.dry_run OR t.status <> 'partial' OR NOT COALESCE(n.held OR n.since < t.read_started_at, false))
      LIMIT ${limit}
      FOR UPDATE OF t SKIP LOCKED))`;
}
