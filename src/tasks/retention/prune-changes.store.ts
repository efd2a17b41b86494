import type { Tx } from '../../platform/db.js';
import { RETENTION } from './retention.js';

/** Maximum number of tasks that are locked at once. */
const TASKS = 200;

/** Deletes the changes of tasks that ended long ago; the tasks keep their counts. @returns the number of changes. */
export async function pruneChanges(tx: Tx, limit: number): Promise<number> {
  // Touches changes of ended tasks that are not locked now. LIMIT 1 limits it to one index look-up for each task.
  return tx.$executeRaw`
    WITH free AS MATERIALIZED (
      SELECT t.id FROM sync_tasks t
      WHERE t.status IN ('succeeded', 'partial', 'failed', 'cancelled')
        AND t.finished_at < now() - ${RETENTION.changesMs}::float8 * interval '1 millisecond'
        AND (SELECT true FROM changes c WHERE c.task_id = t.id LIMIT 1)
      LIMIT ${TASKS}
      FOR UPDATE OF t SKIP LOCKED
    )
    DELETE FROM changes WHERE ctid = ANY(ARRAY(
      SELECT c.ctid
      FROM free CROSS JOIN LATERAL (SELECT c.ctid FROM changes c WHERE c.task_id = free.id LIMIT ${limit}) c
      LIMIT ${limit}))`;
}
