import { validate as isUuid } from 'uuid';
import { RequestError } from '../../domain/errors.js';
import type { SourceState } from '../../domain/source-state.js';
import type { Tx } from '../../platform/db.js';
import { findTask } from './find-task.store.js';
import { LEASE_MS } from './lease.js';
import type { Task } from './task.js';

/** A task that is locked until the transaction ends. */
export interface LockedTask extends Task {
  /** A worker has claimed it, and its lease is valid. */
  readonly alive: boolean;
  readonly sourceState: SourceState;
}

/**
 * Locks a task for a decision of an admin.
 *
 * @throws RequestError 404 task_not_found.
 */
export async function lockTask(tx: Tx, taskId: string): Promise<LockedTask> {
  const locked = isUuid(taskId) ? await lock(tx, taskId) : undefined;
  const task = locked && (await findTask(tx, taskId));
  if (!locked || !task) throw new RequestError(404, 'task_not_found', `There is no task ${taskId}.`);
  return { ...task, ...locked };
}

async function lock(tx: Tx, taskId: string): Promise<Pick<LockedTask, 'alive' | 'sourceState'> | undefined> {
  // Touches nothing; waits for a transaction that moves the task, not for a page of its worker (`fenced`).
  const rows = await tx.$queryRaw<Pick<LockedTask, 'alive' | 'sourceState'>[]>`
    SELECT COALESCE(t.heartbeat_at > now() - ${LEASE_MS} * interval '1 millisecond', false) AS alive,
      source_state(s) AS "sourceState"
    FROM sync_tasks t
    JOIN sources s ON s.id = t.source_id
    WHERE t.id = ${taskId}::uuid
    FOR NO KEY UPDATE OF t`;
  return rows[0];
}
