import type { TaskDeps } from './task.js';
import type { Tx } from '../../platform/db.js';
import { STARTABLE } from './startable-tasks.store.js';

/**
 * Adds the job of a task to the queue, after the commit. When the queue is down, logs it; the sweeper adds it later.
 */
export async function ringTask({ db, bell, logger }: TaskDeps, { taskId, ring }: Ring): Promise<void> {
  try {
    await bell.ring(taskId, ring);
  } catch (error) {
    logger.warn('job not added; the sweeper adds it later', { taskId, ring, cause: String(error) });
    await forgetRing(db.prisma, { taskId, ring });
  }
}

/** A job in the queue: `ring` counts how often a job was added for the task. */
export interface Ring {
  readonly taskId: string;
  readonly ring: number;
}

/** Marks a job as not added, so that the next sweep adds it at once. */
async function forgetRing(tx: Tx, { taskId, ring }: Ring): Promise<void> {
  await tx.syncTask.updateMany({ where: { id: taskId, ring }, data: { rungAt: null } });
}

/** Marks a job as still waiting in the queue. */
export async function keepRing(tx: Tx, { taskId, ring }: Ring): Promise<void> {
  await tx.syncTask.updateMany({ where: { id: taskId, ring }, data: { rungAt: new Date() } });
}

/**
 * Increases the ring of a task for a new job.
 *
 * @returns null when another sweep was first.
 */
export async function ringAnew(tx: Tx, { taskId, ring }: Ring): Promise<Ring | null> {
  // Touches the one task unless another process has added a job.
  const rows = await tx.$queryRaw<Ring[]>`
    UPDATE sync_tasks SET ring = ring + 1, rung_at = now()
    WHERE id = ${taskId}::uuid AND ring = ${ring}
    RETURNING id AS "taskId", ring`;
  return rows[0] ?? null;
}

/** Increases the ring of a source's oldest queued task that is startable. */
export async function nextRing(tx: Tx, sourceId: string): Promise<Ring | null> {
  // Touches one queued task; the additional job of a repeated call is harmless.
  const rows = await tx.$queryRaw<Ring[]>`
    UPDATE sync_tasks SET ring = ring + 1, rung_at = now()
    WHERE id = (
      SELECT t.id FROM sync_tasks t JOIN sources s ON s.id = t.source_id
      WHERE t.source_id = ${sourceId}::uuid AND t.status = 'queued' AND ${STARTABLE}
      ORDER BY t.queued_at, t.id
      LIMIT 1
      FOR UPDATE OF t SKIP LOCKED
    )
    RETURNING id AS "taskId", ring`;
  return rows[0] ?? null;
}

/** Startable tasks whose last job was added longer ago than `olderThanMs`. */
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
      AND ${STARTABLE}
    ORDER BY t.queued_at, t.id
    LIMIT ${limit}
    FOR UPDATE OF t SKIP LOCKED`;
}
