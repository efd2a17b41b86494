import { FencedError, TaskCancelledError } from '../../domain/errors.js';
import type { Claim } from './claim-task.store.js';
import { HEARTBEAT_MS } from './lease.js';
import type { TaskDeps } from './task-deps.js';
import { ACTIVE_STATUSES } from '../../domain/task.js';
import type { Tx } from '../../platform/db.js';

/** A claim that is being kept, and what happens when it can't. */
interface Heartbeat {
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

/**
 * Writes a sign of life.
 *
 * @returns null when the claim is not ours any more.
 */
async function beat(
  tx: Tx,
  { taskId, fence }: { readonly taskId: string; readonly fence: number },
): Promise<{ readonly cancelRequested: boolean } | null> {
  // Touches the one task while the claim is ours. It may wait for the run's own transaction: hence the clock, not now().
  const rows = await tx.$queryRaw<{ cancelRequested: boolean }[]>`
    UPDATE sync_tasks SET heartbeat_at = clock_timestamp()
    WHERE id = ${taskId}::uuid AND fence = ${fence} AND status = ANY(${[...ACTIVE_STATUSES]}::text[])
    RETURNING cancel_requested_at IS NOT NULL AS "cancelRequested"`;
  return rows[0] ?? null;
}
