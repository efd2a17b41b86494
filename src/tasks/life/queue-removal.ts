import { v7 as uuidv7 } from 'uuid';
import type { Tx } from '../../platform/db.js';
import { insertReadless } from './insert-readless.store.js';
import { findOpenRemovals } from './removal.store.js';
import type { Ring } from './ring.store.js';

/** The task that removes a source; without a `ring` if it was queued before. */
export interface QueuedRemoval {
  readonly taskId: string;
  readonly ring: Ring | null;
}

/**
 * Queues the task that ends all links of a source and then deletes the source (R17), or returns the one that has not
 * ended. Part of the caller's transaction, which locks the source's row: call `ringTask` after the commit.
 */
export async function queueRemoval(tx: Tx, sourceId: string, requestedBy: string): Promise<QueuedRemoval> {
  const open = (await findOpenRemovals(tx, [sourceId])).get(sourceId);
  if (open !== undefined) return { taskId: open, ring: null };
  const ring = await insertReadless(tx, { id: uuidv7(), sourceId, requestedBy, mode: 'remove', trigger: 'manual' });
  return { taskId: ring.taskId, ring };
}
