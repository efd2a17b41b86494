import { ACTIVE_STATUSES } from '../domain/task.js';
import type { Tx } from '../platform/db.js';
import { LEASE_MS } from './lease.js';

/**
 * The ids of the tasks that a worker could begin with at this moment, the oldest first: queued, due, of an enabled
 * source with no task at work; or at work with a worker that is silent for longer than the lease.
 */
export async function findStartableTasks(tx: Tx, limit: number): Promise<readonly string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT t.id
    FROM sync_tasks t
    JOIN sources s ON s.id = t.source_id
    WHERE t.status IN ('queued', 'pulling', 'planning', 'applying')
      AND CASE WHEN t.status = 'queued'
          THEN s.enabled AND (t.not_before IS NULL OR t.not_before <= now()) AND NOT EXISTS (
            SELECT 1 FROM sync_tasks a
            WHERE a.source_id = t.source_id AND a.status = ANY(${[...ACTIVE_STATUSES]}::text[]))
          ELSE t.heartbeat_at IS NULL OR t.heartbeat_at < now() - ${LEASE_MS} * interval '1 millisecond'
          END
    ORDER BY t.queued_at, t.id
    LIMIT ${limit}`;
  return rows.map(({ id }) => id);
}
