import { Prisma, type Tx } from '../../platform/db.js';

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
