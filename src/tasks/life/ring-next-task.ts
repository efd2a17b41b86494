import { nextRing, ringTask } from './ring.store.js';
import { queueRechecks } from './queue-rechecks.store.js';
import { queueWaitingPushes } from '../inbox/waiting-pushes.store.js';
import type { TaskDeps } from './task.js';

/**
 * After a task of a source: queues tasks for its waiting pushes, and for records of any source that wait for values
 * which are free now, and adds the job of the source's next task that is due.
 */
export async function ringNextTask(deps: TaskDeps, sourceId: string): Promise<void> {
  await queueWaitingPushes(deps, sourceId);
  await queueRechecks(deps);
  const next = await nextRing(deps.db.prisma, sourceId);
  if (next !== null) await ringTask(deps, next);
}
