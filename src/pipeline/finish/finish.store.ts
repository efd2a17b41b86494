import pTimeout from 'p-timeout';
import { FencedError } from '../../domain/errors.js';
import { PUSHES_FINISHED } from '../../domain/push-channel.js';
import type { TaskOutcome } from '../../domain/task-outcome.js';
import type { HeldPlan, TaskCounts } from '../../domain/task.js';
import { inTransaction, type Prisma, type Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';
import { HINT_UNREADABLE } from '../../sources/source-adapter.js';
import { countTask } from './counts.store.js';
import { nameWhenDeleted } from '../../domain/source-state.js';

/** Ends the task with its result and counts. */
export async function endTask(
  tx: Tx,
  { run, task }: RunContext,
  { verdict, counts }: { verdict: TaskOutcome; counts: TaskCounts },
): Promise<void> {
  const ended = await tx.$executeRaw`
    UPDATE sync_tasks SET status = ${verdict.status}, counts = ${JSON.stringify(counts)}::jsonb,
      error_code = ${verdict.error?.code ?? null}, error_message = ${verdict.error?.message ?? null},
      held = NULL, approved_hash = NULL, worker = NULL, heartbeat_at = NULL, not_before = NULL,
      finished_at = clock_timestamp(),
      cost_ms = (extract(epoch FROM clock_timestamp() - coalesce(started_at, queued_at)) * 1000)::int
    WHERE id = ${task.id}::uuid AND fence = ${run.fence} AND status IN ('planning', 'applying')`;
  if (ended !== 1) throw new FencedError(task.id);
}

/** Holds the task until its plan is approved; meanwhile other tasks of the source can run (R31). */
export async function holdTask(
  tx: Tx,
  { run, task }: RunContext,
  { held, counts }: { held: HeldPlan; counts: TaskCounts },
): Promise<void> {
  const { count } = await tx.syncTask.updateMany({
    where: { id: task.id, fence: run.fence, status: 'planning' },
    data: {
      status: 'held',
      held: held as unknown as Prisma.InputJsonValue,
      counts: counts as unknown as Prisma.InputJsonValue,
      approvedHash: null,
      worker: null,
      heartbeatAt: null,
    },
  });
  if (count !== 1) throw new FencedError(task.id);
  // Callers that wait for one of its pushes get an answer now: the rest depends on the approval.
  await tx.$executeRaw`
    SELECT pg_notify(${PUSHES_FINISHED}, '') FROM (SELECT FROM pushes WHERE task_id = ${task.id}::uuid LIMIT 1) AS any_of_them`;
}

/** Saves the cursor of the next delta and the time of the last full read. A newer read's cursor stays (R47). */
export async function saveSourceMarks(
  tx: Tx,
  { task, source }: RunContext,
  { complete }: { complete: boolean },
): Promise<void> {
  await tx.$executeRaw`
    UPDATE sources s SET
      cursor = CASE WHEN EXISTS (
                      SELECT 1 FROM sync_tasks later WHERE later.source_id = s.id AND NOT later.dry_run
                        AND later.checkpoint IS NOT NULL AND later.read_started_at > t.read_started_at
                        AND later.status IN ('succeeded', 'partial'))
                    THEN s.cursor ELSE coalesce(t.checkpoint, s.cursor) END,
      last_complete_at = CASE WHEN ${complete} THEN clock_timestamp() ELSE s.last_complete_at END
    FROM sync_tasks t
    WHERE s.id = ${source.id}::uuid AND t.id = ${task.id}::uuid`;
}

/**
 * Postpones the task's hints that could not be read: they are read again after a minute, then after four times the
 * previous time, at most six hours. A hint that the source sent again meanwhile waits already.
 */
export async function putHintsAside(tx: Tx, { task }: RunContext): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO hints (source_id, kind, external_id, received_at, attempts, not_before)
    SELECT h.source_id, h.kind, h.external_id, min(h.received_at), max(h.attempts) + 1,
           now() + least(interval '6 hours', interval '1 minute' * 4 ^ least(max(h.attempts), 8))
    FROM hints h
    WHERE h.task_id = ${task.id}::uuid
      AND EXISTS (SELECT 1 FROM staged_problems p
                  WHERE p.task_id = h.task_id AND p.kind = h.kind AND p.external_id = h.external_id
                    AND p.code = ${HINT_UNREADABLE})
    GROUP BY 1, 2, 3
    ON CONFLICT (source_id, kind, external_id) WHERE task_id IS NULL DO NOTHING`;
}

/** Deletes hints that were postponed before a full read began, if it read their kind to the end. */
export async function clearHintsAside(tx: Tx, { task, scope }: RunContext): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM hints h
    USING sync_tasks t
    WHERE t.id = ${task.id}::uuid AND h.source_id = ${scope.sourceId}::uuid AND h.task_id IS NULL AND h.attempts > 0
      AND h.received_at < t.read_started_at AND t.complete ? h.kind`;
}

/** Maximum time that the end of the task waits for its counts. */
const COUNTS_TIMEOUT_MS = 3_000;

/**
 * Saves the counts of what was applied by a task that is cancelled or fails (R43). Runs after the signal was aborted.
 * Counts that take long, or wait for a lock, do not delay the end of the task: they are written after it. Never throws,
 * because the error that ends the task is more important.
 */
export async function keepCounts(context: RunContext): Promise<void> {
  await pTimeout(countAndSave(context), { milliseconds: COUNTS_TIMEOUT_MS, message: false });
}

async function countAndSave(context: RunContext): Promise<void> {
  const { db, run, logger } = context;
  try {
    await inTransaction(db, async (tx) => {
      const counts = await countTask(tx, context, 'applied');
      // The claim that only ends the task takes the next fence; a later claim has a higher one, and its own counts.
      await tx.$executeRaw`
        UPDATE sync_tasks SET counts = ${JSON.stringify(counts)}::jsonb
        WHERE id = ${run.taskId}::uuid
          AND (fence = ${run.fence} OR fence = ${run.fence} + 1 AND status IN ('cancelled', 'failed'))`;
    });
  } catch (cause) {
    logger.warn('counts not kept', { taskId: run.taskId, cause: String(cause) });
  }
}

const SOURCE_DELETED = { code: 'source_deleted', message: 'The source of this task was deleted.' };

/**
 * Deletes the source of a task of mode `remove` (R17): it is no longer read or found by its name, its other tasks and
 * waiting pushes end, and its keys are deleted. Its row stays until the task can no longer be undone. Idempotent.
 *
 * Locks the source's row first and the task's own last, in the same order as requests that change a source, to avoid
 * deadlocks.
 */
export async function deleteSource(tx: Tx, { task, source }: RunContext): Promise<void> {
  await tx.$executeRaw`
    UPDATE sources SET name = ${nameWhenDeleted(source)}, enabled = false, deleted_at = clock_timestamp()
    WHERE id = ${source.id}::uuid AND deleted_at IS NULL`;
  const { code, message } = SOURCE_DELETED;
  // Touches waiting tasks: this one is the only running one (R41).
  await tx.$executeRaw`
    UPDATE sync_tasks SET status = 'cancelled', error_code = ${code}, error_message = ${message},
      counts = coalesce(held->'applied', counts), held = NULL, not_before = NULL, finished_at = clock_timestamp(),
      fence = fence + 1
    WHERE source_id = ${source.id}::uuid AND id <> ${task.id}::uuid AND status IN ('queued', 'held')`;
  const pushes = await tx.$executeRaw`
    UPDATE pushes SET finished_at = clock_timestamp(), result = ${JSON.stringify({
      status: 'cancelled',
      taskId: task.id,
      error: SOURCE_DELETED,
    })}::jsonb
    WHERE source_id = ${source.id}::uuid AND finished_at IS NULL`;
  if (pushes > 0) await tx.$executeRaw`SELECT pg_notify(${PUSHES_FINISHED}, '')`;
  await tx.$executeRaw`DELETE FROM api_keys WHERE source_id = ${source.id}::uuid`;
}
