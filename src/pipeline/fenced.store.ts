import { FencedError } from '../domain/errors.js';
import { ACTIVE_STATUSES, mayMove, type TaskPhase, type TaskStatus } from '../domain/task.js';
import { type Db, inTransaction, type Tx } from '../platform/db.js';
import { endedOnAbort } from '../platform/abortable.js';
import type { TaskRun } from './run-context.js';

/** The progress of a task, written in the transaction of the work. */
interface Progress {
  readonly phase: TaskPhase;
  readonly done: number;
  readonly total: number | null;
  /** A later crash does not lose this work: the counts of consecutive failures and crashes start again (R42). */
  readonly lasting: boolean;
}

/**
 * Runs `work` in one transaction that commits only while this worker has the claim: because of the row lock, another
 * worker can take over only after the commit. A worker with an outdated fence writes nothing.
 *
 * FOR KEY SHARE blocks, and waits for, statements that change the fence (`sync_tasks_id_fence_key`); heartbeat and
 * cancel change other columns and are not blocked. An UPDATE of the task's row in `work` blocks them too, so it comes
 * last. When the run is aborted, PostgreSQL ends the running statement (R43); on a shutdown the page is finished (R46).
 * @throws FencedError, or the signal's reason if it was aborted before the transaction.
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

/** Writes the progress of the task, which is also a heartbeat. Locks the task's row: call it last. */
export async function saveProgress(tx: Tx, run: TaskRun, { phase, done, total, lasting }: Progress): Promise<void> {
  await tx.$executeRaw`
    UPDATE sync_tasks SET phase = ${phase}, done = ${done}, total = ${total}, heartbeat_at = clock_timestamp(),
      failures = CASE WHEN ${lasting} THEN 0 ELSE failures END, crashes = CASE WHEN ${lasting} THEN 0 ELSE crashes END
    WHERE id = ${run.taskId}::uuid`;
}

/**
 * Moves the task to the first status of a phase. Like every UPDATE of the task's row this locks the row against
 * heartbeat and cancel until the transaction ends: call it last. @throws FencedError when the task was moved meanwhile.
 */
export async function moveTask(tx: Tx, run: TaskRun, to: TaskStatus, phase: TaskPhase): Promise<void> {
  const moved = await tx.$executeRaw`
    UPDATE sync_tasks SET status = ${to}, phase = ${phase}, done = 0, total = NULL, heartbeat_at = clock_timestamp()
    WHERE id = ${run.taskId}::uuid AND fence = ${run.fence} AND status = ANY(${statusesBefore(to)}::text[])`;
  if (moved !== 1) throw new FencedError(run.taskId);
}

/** The same for a new plan, of which nothing is applied. @param safePart only the part that needs no approval (R31). */
export async function beginPlan(tx: Tx, run: TaskRun, { safePart }: { readonly safePart: boolean }): Promise<void> {
  const moved = await tx.$executeRaw`
    UPDATE sync_tasks SET status = 'planning', phase = 'plan', done = 0, total = NULL, heartbeat_at = clock_timestamp(),
      mark_rank = -1, mark_id = 0, safe_part = ${safePart}
    WHERE id = ${run.taskId}::uuid AND fence = ${run.fence} AND status = ANY(${statusesBefore('planning')}::text[])`;
  if (moved !== 1) throw new FencedError(run.taskId);
}

function statusesBefore(to: TaskStatus): TaskStatus[] {
  const from = (['queued', ...ACTIVE_STATUSES] as const).filter((status) => mayMove(status, to));
  return [...from, to];
}
