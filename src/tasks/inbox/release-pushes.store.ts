import { Prisma, type Tx } from '../../platform/db.js';

/**
 * Releases the pushes of a task that did not finish: they wait for the next task, in their old order.
 *
 * Those of a partial task are done. With a fence: only while the claim is the caller's.
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
