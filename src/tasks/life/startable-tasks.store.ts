import { ACTIVE_STATUSES, READLESS_MODES } from '../../domain/task.js';
import { Prisma, type Tx } from '../../platform/db.js';
import { LEASE_MS } from './lease.js';

/**
 * Whether a worker may claim the task `t` of the source `s`: queued, due, and of an enabled source or without a read; or
 * running, with a worker that has sent no heartbeat for longer than the lease.
 */
export const CLAIMABLE = Prisma.sql`
      CASE WHEN t.status = 'queued'
           THEN (s.enabled OR t.mode = ANY(${[...READLESS_MODES]}::text[]))
                AND (t.not_before IS NULL OR t.not_before <= now())
           ELSE t.status = ANY(${[...ACTIVE_STATUSES]}::text[])
                AND (t.heartbeat_at IS NULL OR t.heartbeat_at < now() - ${LEASE_MS} * interval '1 millisecond') END`;

/** Whether the task `t` of the source `s` is startable: claimable, and no other task of its source is running (R41). */
export const STARTABLE = Prisma.sql`
      t.status = ANY(${['queued', ...ACTIVE_STATUSES]}::text[]) AND ${CLAIMABLE}
      AND NOT EXISTS (
        SELECT 1 FROM sync_tasks other
        WHERE other.source_id = t.source_id AND other.id <> t.id
          AND other.status = ANY(${[...ACTIVE_STATUSES]}::text[]))`;

/** The ids of the startable tasks, the oldest first. */
export async function findStartableTasks(tx: Tx, limit: number): Promise<readonly string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT t.id
    FROM sync_tasks t
    JOIN sources s ON s.id = t.source_id
    WHERE ${STARTABLE}
    ORDER BY t.queued_at, t.id
    LIMIT ${limit}`;
  return rows.map(({ id }) => id);
}
