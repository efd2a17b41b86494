import { FencedError } from '../domain/errors.js';
import type { TaskPhase } from '../domain/task.js';
import { type Db, inTransaction, type Tx } from '../platform/db.js';
import type { TaskRun } from './task-run.js';

/** How far a task is, written with the work that it tells of. */
export interface Progress {
  readonly phase: TaskPhase;
  readonly done: number;
  readonly total: number | null;
  /** A crash from here on does not lose it: rows of failures and crashes end (R42). */
  readonly lasting: boolean;
}

/**
 * Runs `work` in one transaction that commits only while the claim is ours: the row lock keeps a take-over waiting
 * until we are through, and a late worker finds its number outdated and writes nothing.
 * @throws FencedError, or the signal's reason before anything is begun.
 */
export async function fenced<T>(
  { db, run }: { readonly db: Db; readonly run: TaskRun },
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  run.signal.throwIfAborted();
  return inTransaction(db, async (tx) => {
    const mine = await tx.$queryRaw<unknown[]>`
      SELECT 1 FROM sync_tasks WHERE id = ${run.taskId}::uuid AND fence = ${run.fence} FOR SHARE`;
    if (mine.length === 0) throw new FencedError(run.taskId);
    return work(tx);
  });
}

/** Writes how far the task is; also its sign of life. */
export async function saveProgress(tx: Tx, run: TaskRun, { phase, done, total, lasting }: Progress): Promise<void> {
  await tx.$executeRaw`
    UPDATE sync_tasks SET phase = ${phase}, done = ${done}, total = ${total}, heartbeat_at = clock_timestamp(),
      failures = CASE WHEN ${lasting} THEN 0 ELSE failures END, crashes = CASE WHEN ${lasting} THEN 0 ELSE crashes END
    WHERE id = ${run.taskId}::uuid`;
}
