import { FencedError, TaskCancelledError } from '../../domain/errors.js';
import type { Claim } from './claim-task.store.js';
import { HEARTBEAT_MS } from './lease.js';
import type { TaskDeps } from './task.js';
import { ACTIVE_STATUSES } from '../../domain/task.js';
import type { Tx } from '../../platform/db.js';

/** A claim to renew, and the callback when it is lost. */
interface Heartbeat {
  readonly claim: Pick<Claim, 'taskId' | 'fence'>;
  /** Called once, with TaskCancelledError or FencedError. */
  readonly stop: (reason: Error) => void;
  /** Default 5 s. */
  readonly everyMs?: number | undefined;
}

/**
 * Renews the lease every 5 s, and reads whether the worker must stop (R43).
 *
 * @returns a function that ends it and resolves when no heartbeat is running.
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

/** @returns why the run must stop, or null. An unreachable database is no reason: the fence protects the data. */
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
 * Writes a heartbeat.
 *
 * @returns null when the claim was lost.
 */
async function beat(
  tx: Tx,
  { taskId, fence }: { readonly taskId: string; readonly fence: number },
): Promise<{ readonly cancelRequested: boolean } | null> {
  // Touches the one task while the claim is valid. It may wait for the run's own transaction, so it uses the clock, not
  // now().
  const rows = await tx.$queryRaw<{ cancelRequested: boolean }[]>`
    UPDATE sync_tasks SET heartbeat_at = clock_timestamp()
    WHERE id = ${taskId}::uuid AND fence = ${fence} AND status = ANY(${[...ACTIVE_STATUSES]}::text[])
    RETURNING cancel_requested_at IS NOT NULL AS "cancelRequested"`;
  return rows[0] ?? null;
}
