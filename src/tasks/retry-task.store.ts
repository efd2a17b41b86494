import { Prisma, type Tx } from '../platform/db.js';

/** What a retry keeps is what the next run goes on with; from the start, everything of the read is forgotten. */
const FORGET_READ = Prisma.sql`
  , pulled = false, checkpoint = NULL, checkpoint_seq = 0, complete = '{}', read_started_at = NULL, done = 0, total = NULL`;

/**
 * Puts an ended task back into the queue, its pushes unfinished again.
 *
 * @returns its new ring, or null when its status forbids it.
 * @throws the driver's error of the index `sync_tasks_one_queued` when a task of its kind is queued.
 */
export async function requeueTask(
  tx: Tx,
  { taskId, fromStart }: { readonly taskId: string; readonly fromStart: boolean },
): Promise<number | null> {
  // Touches the one ended task; a second call finds it queued.
  const rows = await tx.$queryRaw<{ ring: number }[]>`
    UPDATE sync_tasks
    SET status = 'queued', error_code = NULL, error_message = NULL, approved_hash = NULL, not_before = NULL,
        cancel_requested_at = NULL, failures = 0, crashes = 0, started_at = NULL, finished_at = NULL, cost_ms = NULL,
        queued_at = now(), ring = ring + 1, rung_at = now()
        ${fromStart ? FORGET_READ : Prisma.empty}
    WHERE id = ${taskId}::uuid AND status IN ('failed', 'cancelled', 'partial')
    RETURNING ring`;
  if (!rows[0]) return null;
  await tx.push.updateMany({ where: { taskId }, data: { result: Prisma.DbNull, finishedAt: null } });
  return rows[0].ring;
}
