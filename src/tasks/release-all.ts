import { releaseTask } from './release-task.js';
import { claimsOf } from './release-task.store.js';
import type { TaskDeps } from './task-deps.js';

/**
 * Gives back whatever a worker still holds when its time is over; its late writes are fenced off.
 *
 * @returns how many tasks.
 */
export async function releaseAll(deps: TaskDeps, worker: string): Promise<number> {
  const claims = await claimsOf(deps.db.prisma, worker);
  for (const claim of claims) await releaseTask(deps, claim);
  return claims.length;
}
