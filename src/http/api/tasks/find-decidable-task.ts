import { RequestError } from '../../../domain/errors.js';
import type { TaskMode } from '../../../domain/task.js';
import type { Tx } from '../../../platform/db.js';
import type { Task } from '../../../tasks/life/task.js';
import type { Principal } from '../../../access/accounts/principal.js';
import { findPermittedTask } from '../find-permitted.js';
import { findOriginMode } from './origin-mode.store.js';

/** The modes of tasks that carry out what only a key without a limit can request, and what that request is. */
const WIDER: Partial<Readonly<Record<TaskMode, string>>> = {
  recompose: 'a change of which source supplies the values of shared people',
  remove: 'the deletion of the source',
  undo: 'a task that is no longer kept',
};

/**
 * Finds the task that a path names, for a caller who may decide about it: approve, reject, cancel, retry or undo it. A
 * key that is narrowed to the source of the task may not decide about a new priority or a deletion (R13, R17), which it
 * may not request either: to stop or undo such a task has the same effect on people of other sources. The same applies
 * to the undo of such a task, and to the undo of that undo.
 * @throws RequestError 404 `task_not_found`, 403 `forbidden`.
 */
export async function findDecidableTask(tx: Tx, principal: Principal, id: string): Promise<Task> {
  const task = await findPermittedTask(tx, principal, id);
  if (principal.sourceId === null) return task;
  const mode = task.mode === 'undo' ? await findOriginMode(tx, task.id) : task.mode;
  const reason = WIDER[mode ?? 'undo'];
  if (reason === undefined) return task;
  throw new RequestError(
    403,
    'forbidden',
    `This key is narrowed to one source and may not decide about this task: it is about ${reason}, which can have ` +
      'effects on people of other sources. Use a key that is not narrowed.',
  );
}
