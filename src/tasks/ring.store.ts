import { ACTIVE_STATUSES } from '../domain/task.js';
import type { Tx } from '../platform/db.js';
import { LEASE_MS } from './lease.js';

/** Which ring of which task. */
export interface Ring {
  readonly taskId: string;
  readonly ring: number;
}

/** Marks a ring as not heard, so that the next sweep rings again at once. */
export async function forgetRing(tx: Tx, { taskId, ring }: Ring): Promise<void> {
  await tx.syncTask.updateMany({ where: { id: taskId, ring }, data: { rungAt: null } });
}

/** Marks a ring as still on its way. */
export async function keepRing(tx: Tx, { taskId, ring }: Ring): Promise<void> {
  await tx.syncTask.updateMany({ where: { id: taskId, ring }, data: { rungAt: new Date() } });
}

/**
 * Gives the next ring out.
 *
 * @returns null when another sweep was first.
 */
export async function ringAnew(tx: Tx, { taskId, ring }: Ring): Promise<Ring | null> {
  // Touches the one task while nobody else has rung.
  const rows = await tx.$queryRaw<Ring[]>`
    UPDATE sync_tasks SET ring = ring + 1, rung_at = now()
    WHERE id = ${taskId}::uuid AND ring = ${ring}
    RETURNING id AS "taskId", ring`;
  return rows[0] ?? null;
}

/** Gives the next ring of a source out: for its oldest queued task that is due, unless one is at work. */
export async function nextRing(tx: Tx, sourceId: string): Promise<Ring | null> {
  // Touches one queued task; the extra ring of a repeated call is harmless.
  const rows = await tx.$queryRaw<Ring[]>`
    UPDATE sync_tasks SET ring = ring + 1, rung_at = now()
    WHERE id = (
      SELECT t.id FROM sync_tasks t
      WHERE t.source_id = ${sourceId}::uuid AND t.status = 'queued' AND (t.not_before IS NULL OR t.not_before <= now())
        AND NOT EXISTS (
          SELECT 1 FROM sync_tasks a
          WHERE a.source_id = t.source_id AND a.status = ANY(${[...ACTIVE_STATUSES]}::text[])
        )
      ORDER BY t.queued_at, t.id
      LIMIT 1
      FOR UPDATE SKIP LOCKED
    )
    RETURNING id AS "taskId", ring`;
  return rows[0] ?? null;
}

/**
 * Tasks that want a worker although the bell was rung long ago: queued, due and with a free source, or with a
 * worker that is silent for longer than the lease.
 */
export function findUnheard(
  tx: Tx,
  { olderThanMs, limit }: { readonly olderThanMs: number; readonly limit: number },
): Promise<Ring[]> {
  return tx.$queryRaw<Ring[]>`
    SELECT t.id AS "taskId", t.ring
    FROM sync_tasks t
    JOIN sources s ON s.id = t.source_id
    WHERE (t.rung_at IS NULL
           OR GREATEST(t.rung_at, t.not_before) < now() - ${olderThanMs} * interval '1 millisecond')
      AND CASE WHEN t.status = 'queued'
          THEN (s.enabled OR t.mode = 'undo') AND (t.not_before IS NULL OR t.not_before <= now()) AND NOT EXISTS (
            SELECT 1 FROM sync_tasks a
            WHERE a.source_id = t.source_id AND a.status = ANY(${[...ACTIVE_STATUSES]}::text[]))
          ELSE t.heartbeat_at IS NULL OR t.heartbeat_at < now() - ${LEASE_MS} * interval '1 millisecond'
          END
      AND t.status IN ('queued', 'pulling', 'planning', 'applying')
    ORDER BY t.queued_at, t.id
    LIMIT ${limit}
    FOR UPDATE OF t SKIP LOCKED`;
}
