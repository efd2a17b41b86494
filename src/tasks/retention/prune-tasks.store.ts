import type { Tx } from '../../platform/db.js';
import { RETENTION } from './retention.js';

/**
 * Deletes tasks that ended long ago and have no rows left; the newest ended one of a source stays. @returns their
 * number.
 */
export async function pruneTasks(tx: Tx, limit: number): Promise<number> {
  // Touches ended tasks that are not locked now. Their rows must be deleted first, in batches: the cascade would delete
  // all at once, and a push without its task would count as waiting.
  return tx.$executeRaw`
    DELETE FROM sync_tasks WHERE id = ANY(ARRAY(
      SELECT t.id FROM sync_tasks t
      WHERE t.status IN ('succeeded', 'partial', 'failed', 'cancelled')
        AND t.finished_at < now() - ${RETENTION.tasksMs}::float8 * interval '1 millisecond'
        AND (SELECT true FROM sync_tasks n WHERE n.source_id = t.source_id AND n.id > t.id
             AND n.status IN ('succeeded', 'partial', 'failed', 'cancelled') LIMIT 1)
        AND (SELECT true FROM staged_records s WHERE s.task_id = t.id LIMIT 1) IS NULL
        AND (SELECT true FROM staged_problems s WHERE s.task_id = t.id LIMIT 1) IS NULL
        AND (SELECT true FROM changes c WHERE c.task_id = t.id LIMIT 1) IS NULL
        AND (SELECT true FROM pushes p WHERE p.task_id = t.id LIMIT 1) IS NULL
      LIMIT ${limit}
      FOR UPDATE OF t SKIP LOCKED))`;
}
