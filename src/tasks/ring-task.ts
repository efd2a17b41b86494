import { forgetRing, type Ring } from './ring.store.js';
import type { TaskDeps } from './task-deps.js';

/** Rings after the commit. When the queue is down, says so and leaves the task to the sweeper. */
export async function ringTask({ db, bell, logger }: TaskDeps, { taskId, ring }: Ring): Promise<void> {
  try {
    await bell.ring(taskId, ring);
  } catch (error) {
    logger.warn('ring failed; the sweeper rings again', { taskId, ring, cause: String(error) });
    await forgetRing(db.prisma, { taskId, ring });
  }
}
