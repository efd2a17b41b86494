import type { Tx } from '../platform/db.js';
import { SOURCE_NAME, toTask } from './find-task.store.js';
import type { Task } from './task.js';

/** The queued task of the same source, mode and dry run; there is one at most (R41). */
export async function findQueuedTwin(
  tx: Tx,
  { sourceId, mode, dryRun }: Pick<Task, 'sourceId' | 'mode' | 'dryRun'>,
): Promise<Task | null> {
  const where = { sourceId, mode, dryRun, status: 'queued' };
  const row = await tx.syncTask.findFirst({ where, include: SOURCE_NAME });
  return row && toTask(row);
}
