import { v7 as uuidv7 } from 'uuid';
import { lostAgainst } from '../platform/sql-error.js';
import { insertTask, type QueuedTask, type WantedTask } from './insert-task.store.js';
import { newBatch } from './new-batch.js';
import { ringTask } from './ring-task.js';
import type { TaskDeps } from './task-deps.js';

const BATCH_ATTEMPTS = 5;

/**
 * Queues a task and rings, or joins the queued one of this source, mode and dry run (R41).
 *
 * @returns null when there is nothing to queue: the source is gone or disabled, or the slot has its task.
 */
export async function queueTask(
  deps: TaskDeps,
  wanted: WantedTask,
): Promise<(QueuedTask & { readonly joined: boolean }) | null> {
  const id = uuidv7();
  const task = await insertWithBatch(deps, { ...wanted, id });
  if (task === null) return null;
  const joined = task.id !== id;
  if (!joined) await ringTask(deps, { taskId: task.id, ring: task.ring });
  return { ...task, joined };
}

/** Six random digits may meet another task's of the same second: then others are taken. */
async function insertWithBatch(
  { db }: TaskDeps,
  wanted: WantedTask & { readonly id: string },
): Promise<QueuedTask | null> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await insertTask(db.prisma, { ...wanted, batch: newBatch(new Date()) });
    } catch (error) {
      // Another worker's tick filled the slot between our look and our insert.
      if (lostAgainst(error, 'sync_tasks_source_id_mode_scheduled_for_key')) return null;
      if (!lostAgainst(error, 'sync_tasks_batch_key') || attempt >= BATCH_ATTEMPTS) throw error;
    }
  }
}
