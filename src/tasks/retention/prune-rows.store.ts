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

/** Deletes expired sessions. */
export function pruneSessions(tx: Tx, limit: number): Promise<number> {
  // Idle sessions are already invalid; they are deleted at their absolute end, half a day later.
  return tx.$executeRaw`
    DELETE FROM sessions WHERE token_hash IN (
      SELECT token_hash FROM sessions WHERE expires_at < now() LIMIT ${limit} FOR UPDATE SKIP LOCKED)`;
}

/** Deletes failed sign-ins that no longer count. */
export function pruneSignInFailures(tx: Tx, limit: number): Promise<number> {
  return tx.$executeRaw`
    DELETE FROM sign_in_failures WHERE key IN (
      SELECT key FROM sign_in_failures WHERE last_at < now() - interval '1 day'
      LIMIT ${limit} FOR UPDATE SKIP LOCKED)`;
}

/** Deletes idempotency keys after their 72 h. */
export async function forgetOldKeys(tx: Tx): Promise<void> {
  // Touches keys that no request is compared with any more.
  await tx.$executeRaw`
    DELETE FROM idempotency_keys
    WHERE created_at < now() - ${RETENTION.idempotencyKeysMs}::float8 * interval '1 millisecond'`;
}
