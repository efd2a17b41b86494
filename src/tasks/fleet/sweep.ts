import { addToCounter, COUNTERS } from './counters.store.js';
import { expireHeldTasks } from '../life/held-tasks.store.js';
import { forgetOldKeys } from '../retention/prune-rows.store.js';
import { queueRechecks } from '../life/queue-rechecks.store.js';
import { queueWaitingPushes } from '../inbox/waiting-pushes.store.js';
import { findUnheard, keepRing, type Ring, ringAnew } from '../life/ring.store.js';
import type { TaskDeps } from '../life/task.js';

/** Options of a sweep. */
export interface SweepOptions {
  /** Time without a claim after which a job is added again; default 15 s. */
  readonly unheardMs?: number;
}

const LIMIT = 200;

/**
 * Repairs the queue from the database: adds lost jobs again, and more (R44). Any number of processes may sweep at once.
 *
 * @throws Error when the database or the queue cannot be reached; the next sweep starts again.
 */
export async function sweep(deps: TaskDeps, { unheardMs = 15_000 }: SweepOptions = {}): Promise<void> {
  const { prisma } = deps.db;
  const expired = await expireHeldTasks(prisma);
  if (expired > 0) deps.logger.info('held plans expired', { tasks: expired });
  await addToCounter(prisma, COUNTERS.heldExpired, expired);
  await forgetOldKeys(prisma);
  await queueWaitingPushes(deps, null);
  await queueRechecks(deps);
  await ringAllAgain(deps, await findUnheard(prisma, { olderThanMs: unheardMs, limit: LIMIT }));
}

async function ringAllAgain(deps: TaskDeps, unheard: readonly Ring[]): Promise<void> {
  let rung = 0;
  try {
    for (const ring of unheard) if (await ringAgain(deps, ring)) rung += 1;
  } finally {
    await addToCounter(deps.db.prisma, COUNTERS.rungAgain, rung);
  }
}

/** Does not add a second job when one waits for a free worker: this would not make it faster. */
async function ringAgain({ db, bell, logger }: TaskDeps, unheard: Ring): Promise<boolean> {
  if (await bell.isRinging(unheard.taskId, unheard.ring)) {
    await keepRing(db.prisma, unheard);
    return false;
  }
  const anew = await ringAnew(db.prisma, unheard);
  if (anew === null) return false;
  logger.info('rung again', { ...anew });
  await bell.ring(anew.taskId, anew.ring);
  return true;
}
