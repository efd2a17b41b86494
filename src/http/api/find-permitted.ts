import { RequestError } from '../../domain/errors.js';
import type { Tx } from '../../platform/db.js';
import { permitSource } from '../../access/permit.js';
import type { Principal } from '../../access/accounts/principal.js';
import { findSource, type SourceRow } from './sources/source.store.js';
import { findTask } from '../../tasks/life/find-task.store.js';
import type { Task } from '../../tasks/life/task.js';

/**
 * Finds the source that a path names, for a caller who may touch it.
 * @throws RequestError `forbidden` before it tells a narrowed key whether another source exists; `source_not_found`.
 */
export async function findPermittedSource(tx: Tx, principal: Principal, name: string): Promise<SourceRow> {
  return permitted(principal, name, await findSource(tx, name));
}

/** The same for a source that was looked up by its name already. @throws RequestError as `findPermittedSource`. */
export function permitted(principal: Principal, name: string, source: SourceRow | null): SourceRow {
  permitSource(principal, source?.id ?? null);
  if (!source) throw new RequestError(404, 'source_not_found', `There is no source "${name}".`);
  return source;
}

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
