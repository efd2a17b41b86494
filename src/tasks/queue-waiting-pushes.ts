import { queueTask } from './queue-task.js';
import type { TaskDeps } from './task-deps.js';
import { sourcesWithWaitingPushes } from './waiting-pushes.store.js';

/** Queues a delta for pushes and hints that wait without one: they came in when the task before had read its inbox. */
export async function queueWaitingPushes(deps: TaskDeps, sourceId: string | null): Promise<void> {
  for (const id of await sourcesWithWaitingPushes(deps.db.prisma, sourceId)) {
    const task = { sourceId: id, mode: 'delta', dryRun: false, trigger: 'push' } as const;
    await queueTask(deps, { ...task, requestedBy: null, scheduledFor: null });
  }
}
