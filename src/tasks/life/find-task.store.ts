import { validate as isUuid } from 'uuid';
import { nameOfSource } from '../../domain/source-state.js';
import type { HeldPlan, TaskCounts, TaskMode, TaskPhase, TaskStatus, TaskTrigger } from '../../domain/task.js';
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
export const SOURCE_NAME = { source: { select: { name: true } } } as const;

/** Converts a row to a task. The columns' texts and JSON are trusted, because only this project writes them. */
export function toTask(row: SyncTask & { readonly source: { readonly name: string } }): Task {
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
