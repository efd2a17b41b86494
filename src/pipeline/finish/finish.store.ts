import { FencedError } from '../../domain/errors.js';
import type { TaskVerdict } from '../../domain/judge-task.js';
import type { HeldPlan, TaskCounts } from '../../domain/task.js';
import type { Prisma, Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';

/** Ends the task with its verdict and counts. */
export async function endTask(
  tx: Tx,
  { run, task }: RunContext,
  { verdict, counts }: { verdict: TaskVerdict; counts: TaskCounts },
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

/** Leaves the plan to a person; the source is free for other tasks meanwhile (R31). */
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
}

/** Remembers where the next delta starts and when everybody was last seen. A newer read's cursor stays (R47). */
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
