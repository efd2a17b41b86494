import { PUSHES_FINISHED } from '../../domain/push-channel.js';
import type { TaskStatus } from '../../domain/task.js';
import type { Tx } from '../../platform/db.js';
import { leaveHintsTo } from '../inbox/hint.store.js';

/** The end of a task that did not finish its work. */
export interface TaskEnding {
  readonly taskId: string;
  /** The statuses that it may have now. */
  readonly from: readonly TaskStatus[];
  /** The claim of the worker that ends it; null = not ended by a worker. */
  readonly fence: number | null;
  readonly to: 'failed' | 'cancelled';
  readonly code: string;
  readonly message: string;
}

/**
 * Ends a task and all its pushes; its worker can no longer write, because of the fence.
 *
 * @returns false when it was no longer in one of these statuses, or another worker has it.
 */
export async function endTask(tx: Tx, ending: TaskEnding): Promise<boolean> {
  const { taskId, from, fence, to, code, message } = ending;
  // Touches the one task if its status is one of these; a second call finds it ended.
  const count = await tx.$executeRaw`
    UPDATE sync_tasks
    SET status = ${to}, error_code = ${code}, error_message = ${message}, not_before = NULL,
        counts = COALESCE(held->'applied', counts), held = NULL,
        finished_at = now(), worker = NULL, heartbeat_at = NULL, fence = fence + 1,
        cost_ms = LEAST(extract(epoch FROM now() - COALESCE(started_at, now())) * 1000, 2147483647)::int
    WHERE id = ${taskId}::uuid
      AND status = ANY(${[...from]}::text[])
      AND (${fence}::int IS NULL OR fence = ${fence}::int)`;
  if (count !== 1) return false;
  await leaveHintsTo(tx, taskId);
  const pushes = await tx.push.updateMany({
    where: { taskId, finishedAt: null },
    data: { result: { status: to, taskId, error: { code, message } }, finishedAt: new Date() },
  });
  if (pushes.count > 0) await tx.$executeRaw`SELECT pg_notify(${PUSHES_FINISHED}, '')`;
  return true;
}
