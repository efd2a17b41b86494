import { validate as isUuid, v7 as uuidv7 } from 'uuid';
import { nameOfSource } from '../../domain/source-state.js';
import {
  ACTIVE_STATUSES,
  type HeldPlan,
  type TaskCounts,
  type TaskMode,
  type TaskPhase,
  type TaskStatus,
  type TaskTrigger,
} from '../../domain/task.js';
import type { SyncTask } from '../../generated/prisma/client.js';
import type { Db, Tx } from '../../platform/db.js';
import type { Task } from './task.js';
import { RequestError } from '../../domain/errors.js';

/** Reads one task; null for an unknown id, or a text that is not an id. */
export async function findTask(tx: Tx, taskId: string): Promise<Task | null> {
  if (!isUuid(taskId)) return null;
  const row = await tx.syncTask.findUnique({ where: { id: taskId }, include: SOURCE_NAME });
  return row && toTask(row);
}

/** The relation that `toTask` needs in addition to the task's own row. */
const SOURCE_NAME = { source: { select: { name: true } } } as const;

/** Converts a row to a task. The columns' texts and JSON are trusted, because only this project writes them. */
function toTask(row: SyncTask & { readonly source: { readonly name: string } }): Task {
  return {
    id: row.id,
    batch: row.batch,
    sourceId: row.sourceId,
    source: nameOfSource(row.source.name),
    trigger: row.trigger as TaskTrigger,
    mode: row.mode as TaskMode,
    dryRun: row.dryRun,
    undoes: row.undoes,
    status: row.status as TaskStatus,
    phase: row.phase as TaskPhase | null,
    attempt: row.attempt,
    ring: row.ring,
    done: row.done,
    total: row.total,
    counts: row.counts as unknown as TaskCounts,
    complete: row.complete as Record<string, string>,
    error: row.errorCode === null ? null : { code: row.errorCode, message: row.errorMessage ?? '' },
    held: row.held as HeldPlan | null,
    scheduledFor: row.scheduledFor,
    requestedBy: row.requestedBy,
    cancelRequestedAt: row.cancelRequestedAt,
    notBefore: row.notBefore,
    queuedAt: row.queuedAt,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    costMs: row.costMs,
  };
}

/**
 * Reads the task that a caller names.
 *
 * @throws RequestError 404 task_not_found.
 */
export async function existingTask(tx: Db['prisma'], taskId: string): Promise<Task> {
  const task = await findTask(tx, taskId);
  if (task === null) throw new RequestError(404, 'task_not_found', `There is no task ${taskId}.`);
  return task;
}

/** The queued task of the same source, mode and dry run; there is at most one (R41). */
export async function findQueuedTask(
  tx: Tx,
  { sourceId, mode, dryRun }: Pick<Task, 'sourceId' | 'mode' | 'dryRun'>,
): Promise<Task | null> {
  const where = { sourceId, mode, dryRun, status: 'queued' };
  const row = await tx.syncTask.findFirst({ where, include: SOURCE_NAME });
  return row && toTask(row);
}

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
