import { FencedError, TaskCancelledError } from '../domain/errors.js';
import type { Claim } from './claim-task.store.js';
import { beat } from './heartbeat.store.js';
import { HEARTBEAT_MS } from './lease.js';
import type { TaskDeps } from './task-deps.js';

/** A claim that is being kept, and what happens when it can't. */
export interface Heartbeat {
  readonly claim: Pick<Claim, 'taskId' | 'fence'>;
  /** Called once, with TaskCancelledError or FencedError. */
  readonly stop: (reason: Error) => void;
  /** Default 5 s. */
  readonly everyMs?: number | undefined;
}

/**
 * Shows every 5 s that the worker lives, and learns whether it must stop (R43).
 *
 * @returns what ends it; answers when no beat is on its way any more.
 */
export function startHeartbeat(
  deps: TaskDeps,
  { claim, stop, everyMs = HEARTBEAT_MS }: Heartbeat,
): () => Promise<void> {
  let beating = Promise.resolve();
  const timer = setInterval(() => {
    beating = beating
      .then(() => beatOnce(deps, claim))
      .then((reason) => {
        if (reason === null) return;
        clearInterval(timer);
        stop(reason);
      });
  }, everyMs);
  return () => {
    clearInterval(timer);
    return beating;
  };
}

/** @returns why the run must stop, or null. A database that is away for a moment is no reason: the fence stands in it. */
async function beatOnce({ db, logger }: TaskDeps, claim: Heartbeat['claim']): Promise<Error | null> {
  try {
    const answer = await beat(db.prisma, claim);
    if (answer === null) return new FencedError(claim.taskId);
    return answer.cancelRequested ? new TaskCancelledError() : null;
  } catch (error) {
    logger.warn('heartbeat failed', { taskId: claim.taskId, cause: String(error) });
    return null;
  }
}
