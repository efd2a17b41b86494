import type { Tx } from '../platform/db.js';

/** Marks a ring as not heard, so that the next sweep rings again at once. */
export async function forgetRing(tx: Tx, given: { readonly taskId: string; readonly ring: number }): Promise<void> {
  await tx.syncTask.updateMany({ where: { id: given.taskId, ring: given.ring }, data: { rungAt: null } });
}
