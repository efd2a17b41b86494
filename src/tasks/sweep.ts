import { expireHeldTasks } from './expire-held-tasks.store.js';
import { forgetOldKeys } from './forget-old-keys.store.js';
import { queueWaitingPushes } from './queue-waiting-pushes.js';
import { findUnheard, keepRing, type Ring, ringAnew } from './ring.store.js';
import type { TaskDeps } from './task-deps.js';

/** How a sweep looks. */
export interface SweepOptions {
  /** A ring that nobody heard for so long is given again; default 15 s. */
  readonly unheardMs?: number;
}

const LIMIT = 200;

/**
 * Makes good what got lost between the database and the queue (R44). Any number of processes may sweep at once.
 *
 * @throws Error when the database or the queue can't be reached; the next sweep begins anew.
 */
export async function sweep(deps: TaskDeps, { unheardMs = 15_000 }: SweepOptions = {}): Promise<void> {
  const { prisma } = deps.db;
  const expired = await expireHeldTasks(prisma);
  if (expired > 0) deps.logger.info('held plans expired', { tasks: expired });
  await forgetOldKeys(prisma);
  await queueWaitingPushes(deps, null);
  for (const unheard of await findUnheard(prisma, { olderThanMs: unheardMs, limit: LIMIT })) {
    await ringAgain(deps, unheard);
  }
}

/** A ring that only waits for a free worker is left in peace: more rings would not make it faster. */
async function ringAgain({ db, bell, logger }: TaskDeps, unheard: Ring): Promise<void> {
  if (await bell.isRinging(unheard.taskId, unheard.ring)) return keepRing(db.prisma, unheard);
  const anew = await ringAnew(db.prisma, unheard);
  if (anew === null) return;
  logger.info('rung again', { ...anew });
  await bell.ring(anew.taskId, anew.ring);
}
