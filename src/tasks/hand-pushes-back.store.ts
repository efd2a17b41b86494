import { Prisma, type Tx } from '../platform/db.js';

/**
 * Lets the pushes of a task that did not do its work wait for the next one, in their old order.
 *
 * Those of a partial task are done. With a fence: only while the claim is the caller's.
 */
export async function handPushesBack(
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
