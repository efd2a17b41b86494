import type { TaskStatus, TaskTrigger } from '../domain/task.js';
import type { Tx } from '../platform/db.js';
import { SOURCE_NAME, toTask } from './find-task.store.js';
import type { Task } from './task.js';

/** Which tasks to list. */
export interface TaskFilter {
  /** The source's name. */
  readonly source?: string;
  readonly status?: TaskStatus;
  readonly trigger?: TaskTrigger;
  /** The last id of the page before; null = from the newest. */
  readonly before: string | null;
  readonly limit: number;
}

/** Lists tasks, newest first: ids are made in order of time. */
export async function listTasks(tx: Tx, filter: TaskFilter): Promise<readonly Task[]> {
  const rows = await tx.syncTask.findMany({
    where: {
      ...(filter.source === undefined ? {} : { source: { name: filter.source } }),
      ...(filter.status === undefined ? {} : { status: filter.status }),
      ...(filter.trigger === undefined ? {} : { trigger: filter.trigger }),
      ...(filter.before === null ? {} : { id: { lt: filter.before } }),
    },
    include: SOURCE_NAME,
    orderBy: { id: 'desc' },
    take: filter.limit,
  });
  return rows.map(toTask);
}
