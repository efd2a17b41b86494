import { ACTIVE_STATUSES, type TaskStatus, type TaskTrigger } from '../../domain/task.js';
import type { Tx } from '../../platform/db.js';
import { SOURCE_NAME, toTask } from './find-task.store.js';
import type { Task } from './task.js';
import { v7 as uuidv7 } from 'uuid';

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

/** Lists tasks, newest first: ids are ordered by time. */
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

/** Maximum number of tasks of one query; a source has at most two that wait or run. */
const MOST = 500;

/** Lists waiting and running tasks, those created since a time, and all `known` ones; uses only indexes. */
export async function listMovingTasks(
  tx: Tx,
  { since, known }: { readonly since: Date; readonly known: readonly string[] },
): Promise<readonly Task[]> {
  const rows = await tx.syncTask.findMany({
    where: {
      OR: [
        { status: { in: ['queued', ...ACTIVE_STATUSES] } },
        { id: { gte: firstIdOf(since) } },
        { id: { in: [...known] } },
      ],
    },
    include: SOURCE_NAME,
    orderBy: { id: 'desc' },
    take: MOST,
  });
  return rows.map(toTask);
}

/** The smallest id of a moment, because ids begin with the time (RFC 9562, 5.7). */
const firstIdOf = (at: Date) => uuidv7({ msecs: at.getTime(), seq: 0, random: new Uint8Array(16) });
