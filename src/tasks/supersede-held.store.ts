import type { Tx } from '../platform/db.js';
import { endTask } from './end-task.store.js';

/**
 * Ends the older held tasks of a source: a newer full task sees everything that they saw, and is judged by itself (R33).
 * A held undo stays: a person asked for it, and it plans again when it is approved.
 */
export async function supersedeHeld(
  tx: Tx,
  { taskId, sourceId }: { readonly taskId: string; readonly sourceId: string },
): Promise<void> {
  const held = await tx.syncTask.findMany({
    where: { sourceId, status: 'held', mode: { not: 'undo' }, id: { not: taskId } },
    select: { id: true },
  });
  const message = `A newer full task (${taskId}) took its place.`;
  for (const { id } of held) {
    await endTask(tx, { taskId: id, from: ['held'], fence: null, to: 'cancelled', code: 'superseded', message });
  }
}
