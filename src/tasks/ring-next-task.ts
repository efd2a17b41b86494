import { nextRing } from './ring.store.js';
import { queueWaitingPushes } from './queue-waiting-pushes.js';
import { ringTask } from './ring-task.js';
import type { TaskDeps } from './task-deps.js';

/** After a task of a source: sees that its waiting pushes have a task, and rings for the next one that is due. */
export async function ringNextTask(deps: TaskDeps, sourceId: string): Promise<void> {
  await queueWaitingPushes(deps, sourceId);
  const next = await nextRing(deps.db.prisma, sourceId);
  if (next !== null) await ringTask(deps, next);
}
