import { queueTask } from '../life/queue-task.store.js';
import type { TaskDeps } from '../life/task.js';
import { Prisma, type Tx } from '../../platform/db.js';

/** Queues a delta for pushes and hints that wait without one: they arrived after the last task had read its inbox. */
export async function queueWaitingPushes(deps: TaskDeps, sourceId: string | null): Promise<void> {
  for (const id of await sourcesWithWaitingPushes(deps.db.prisma, sourceId)) {
    const task = { sourceId: id, mode: 'delta', dryRun: false, trigger: 'push' } as const;
    await queueTask(deps, { ...task, requestedBy: null, scheduledFor: null });
  }
}

/** Enabled sources (all, or only the given one) with pushes or hints that no task has or will take. */
export async function sourcesWithWaitingPushes(tx: Tx, sourceId: string | null): Promise<readonly string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT s.id FROM sources s
    WHERE source_state(s) = 'enabled'
      AND (${sourceId}::uuid IS NULL OR s.id = ${sourceId}::uuid)
      AND (EXISTS (SELECT 1 FROM pushes p WHERE p.source_id = s.id AND p.task_id IS NULL AND p.finished_at IS NULL)
           OR EXISTS (SELECT 1 FROM hints h WHERE h.source_id = s.id AND is_waiting(h)))
      AND NOT EXISTS (
        SELECT 1 FROM sync_tasks t
        WHERE t.source_id = s.id AND t.mode = 'delta' AND NOT t.dry_run AND t.status = 'queued'
      )`;
  return rows.map((row) => row.id);
}

/**
 * Assigns the waiting pushes of a source to one of its tasks.
 *
 * @returns their number.
 */
export async function takeWaitingPushes(
  tx: Tx,
  given: { readonly taskId: string; readonly sourceId: string },
): Promise<number> {
  const { count } = await tx.push.updateMany({
    where: { sourceId: given.sourceId, taskId: null, finishedAt: null },
    data: { taskId: given.taskId },
  });
  return count;
}

/**
 * Releases the pushes of an unfinished task: they wait for the next task, in their old order.
 *
 * Those of a partial task are finished. With a fence: only while the caller has the claim.
 */
export async function releasePushes(
  tx: Tx,
  { taskId, fence }: { readonly taskId: string; readonly fence?: number },
): Promise<void> {
  await tx.push.updateMany({
    where: {
      taskId,
      task: { status: { notIn: ['succeeded', 'partial'] }, ...(fence === undefined ? {} : { fence }) },
    },
    data: { taskId: null, result: Prisma.DbNull, finishedAt: null },
  });
}
