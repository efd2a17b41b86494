import { validate as isUuid } from 'uuid';
import { RequestError } from '../domain/errors.js';
import type { Tx } from '../platform/db.js';
import { findTask } from './find-task.store.js';
import { LEASE_MS } from './lease.js';
import type { Task } from './task.js';

/** A task that nobody else can move until the transaction ends. */
export interface LockedTask extends Task {
  /** A worker holds it and has shown a sign of life within the lease. */
  readonly alive: boolean;
}

/**
 * Locks a task for a decision of a person.
 *
 * @throws RequestError 404 task_not_found.
 */
export async function lockTask(tx: Tx, taskId: string): Promise<LockedTask> {
  const alive = isUuid(taskId) ? await lock(tx, taskId) : null;
  const task = alive === null ? null : await findTask(tx, taskId);
  if (alive === null || task === null) throw new RequestError(404, 'task_not_found', `There is no task ${taskId}.`);
  return { ...task, alive };
}

async function lock(tx: Tx, taskId: string): Promise<boolean | null> {
  // Touches nothing; waits for whoever moves the task now.
  const rows = await tx.$queryRaw<{ alive: boolean }[]>`
    SELECT COALESCE(heartbeat_at > now() - ${LEASE_MS} * interval '1 millisecond', false) AS alive
    FROM sync_tasks WHERE id = ${taskId}::uuid
    FOR UPDATE`;
  return rows[0]?.alive ?? null;
}
