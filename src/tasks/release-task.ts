import { giveBack } from './release-task.store.js';
import { ringTask } from './ring-task.js';
import type { TaskDeps } from './task-deps.js';

/**
 * Gives a claimed task back because the worker goes down, and rings for another one (R46).
 *
 * The task keeps its status and its place before the queued ones of its source; only its lease ends. Nothing is
 * counted: no attempt, no failure, no crash. A late write of this worker is fenced off.
 */
export async function releaseTask(
  deps: TaskDeps,
  { taskId, fence }: { readonly taskId: string; readonly fence: number },
): Promise<void> {
  const ring = await giveBack(deps.db.prisma, { taskId, fence });
  if (ring !== null) await ringTask(deps, { taskId, ring });
}
