import { ACTIVE_STATUSES, type TaskStatus } from '../domain/task.js';
import { type Db, inTransaction, type Tx } from '../platform/db.js';
import { lostAgainst } from '../platform/sql-error.js';
import { addToCounter } from './add-to-counter.store.js';
import { type Claim, claimRow, whyNot } from './claim-task.store.js';
import { COUNTERS } from './counters.js';
import { endTask } from './end-task.store.js';
import type { NotClaimed } from './not-claimed.js';
import { supersedeHeld } from './supersede-held.store.js';

/** Who works on the task from now on. */
export type ClaimAnswer =
  | { readonly claimed: true; readonly claim: Claim }
  | { readonly claimed: false; readonly reason: NotClaimed; readonly status?: TaskStatus; readonly sourceId?: string };

/** So many deaths of workers without progress, and nobody tries again (R42). */
const MAX_CRASHES = 3;

/**
 * Takes a queued task that is due, or one whose worker is silent for longer than the lease.
 *
 * Losing against another worker is a normal answer. A full task that begins supersedes held ones (R33).
 */
export async function claimTask(
  { db }: { readonly db: Db },
  wanted: { readonly taskId: string; readonly worker: string },
): Promise<ClaimAnswer> {
  try {
    return await inTransaction(db, (tx) => claim(tx, wanted));
  } catch (error) {
    if (lostAgainst(error, 'sync_tasks_one_active')) return { claimed: false, reason: 'busy' };
    throw error;
  }
}

async function claim(tx: Tx, wanted: { readonly taskId: string; readonly worker: string }): Promise<ClaimAnswer> {
  const claimed = await claimRow(tx, wanted);
  if (claimed === null) return { claimed: false, ...(await whyNot(tx, wanted.taskId)) };
  if (claimed.tookOver) await addToCounter(tx, COUNTERS.takenOver);
  const end = endInsteadOfWork(claimed);
  if (end) {
    const { taskId, fence, sourceId } = claimed;
    await endTask(tx, { taskId, fence, from: ACTIVE_STATUSES, ...end });
    return { claimed: false, reason: 'ended', sourceId };
  }
  if (claimed.mode === 'full' && !claimed.dryRun) await supersedeHeld(tx, claimed);
  return { claimed: true, claim: claimed };
}

function endInsteadOfWork(claim: Claim) {
  if (claim.cancelRequested) {
    return { to: 'cancelled', code: 'cancelled', message: 'The task was cancelled on request.' } as const;
  }
  if (claim.crashes < MAX_CRASHES) return null;
  const message = `${claim.crashes} workers died on this task without progress: look at the system log, then retry it.`;
  return { to: 'failed', code: 'crash_loop', message } as const;
}
