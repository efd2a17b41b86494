import { RequestError } from '../domain/errors.js';
import type { Db } from '../platform/db.js';
import { findTask } from './find-task.store.js';
import type { Task } from './task.js';

/**
 * Reads a task that a caller names.
 *
 * @throws RequestError 404 task_not_found.
 */
export async function existingTask(tx: Db['prisma'], taskId: string): Promise<Task> {
  const task = await findTask(tx, taskId);
  if (task === null) throw new RequestError(404, 'task_not_found', `There is no task ${taskId}.`);
  return task;
}
