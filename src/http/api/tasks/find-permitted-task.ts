import { RequestError } from '../../../domain/errors.js';
import type { Tx } from '../../../platform/db.js';
import { findTask } from '../../../tasks/life/find-task.store.js';
import type { Task } from '../../../tasks/life/task.js';
import type { Principal } from '../../../access/accounts/principal.js';

/**
 * Finds the task that a path names, for a caller who may see it; another source's task is not there for a narrowed key.
 * @throws RequestError `task_not_found`.
 */
export async function findPermittedTask(tx: Tx, principal: Principal, id: string): Promise<Task> {
  const task = await findTask(tx, id);
  const hidden = principal.sourceId !== null && task?.sourceId !== principal.sourceId;
  if (!task || hidden) throw new RequestError(404, 'task_not_found', `There is no task ${id}.`);
  return task;
}
