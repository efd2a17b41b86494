import { FencedError } from '../domain/errors.js';
import type { TaskPhase } from '../domain/task.js';
import { type Db, inTransaction, type Tx } from '../platform/db.js';
import { endedOnAbort } from '../platform/ended-on-abort.js';
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
 *
 * FOR KEY SHARE waits for statements that change the fence and keeps them waiting (`sync_tasks_id_fence_key`); heartbeat
 * and cancel change other columns and pass. An UPDATE of the task's row in `work` keeps them waiting too: it comes last.
 * When the run is aborted, PostgreSQL ends the running statement (R43); a shutdown lets the page finish (R46).
 * @throws FencedError, or the signal's reason before anything is begun.
 */
export async function fenced<T>(
  { db, run }: { readonly db: Db; readonly run: TaskRun },
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  run.signal.throwIfAborted();
  return inTransaction(db, async (tx) => {
    const mine = await tx.$queryRaw<{ pid: number }[]>`
      SELECT pg_backend_pid() AS pid FROM sync_tasks
      WHERE id = ${run.taskId}::uuid AND fence = ${run.fence} FOR KEY SHARE`;
    if (mine.length === 0) throw new FencedError(run.taskId);
    return endedOnAbort(db, { signal: run.signal, pid: mine[0]?.pid ?? null }, () => work(tx));
  });
}

/** Writes how far the task is; also its sign of life. Locks the task's row: call it last. */
export async function saveProgress(tx: Tx, run: TaskRun, { phase, done, total, lasting }: Progress): Promise<void> {
  await tx.$executeRaw`
    UPDATE sync_tasks SET phase = ${phase}, done = ${done}, total = ${total}, heartbeat_at = clock_timestamp(),
      failures = CASE WHEN ${lasting} THEN 0 ELSE failures END, crashes = CASE WHEN ${lasting} THEN 0 ELSE crashes END
    WHERE id = ${run.taskId}::uuid`;
}
