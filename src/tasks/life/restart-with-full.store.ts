import type { Claim } from './claim-task.store.js';
import { queueTask } from './queue-task.store.js';
import type { RequestSyncDeps } from './task-deps.js';
import type { Tx } from '../../platform/db.js';

/** Deletes the invalid cursor of a source and queues the full read that is required. */
export async function restartWithFull(
  deps: RequestSyncDeps,
  { sourceId, trigger }: Pick<Claim, 'sourceId' | 'trigger'>,
): Promise<void> {
  const type = await forgetCursor(deps.db.prisma, sourceId);
  if (type === null || !deps.supportedModes(type).includes('full')) return;
  const draft = { sourceId, mode: 'full', dryRun: false, trigger } as const;
  await queueTask(deps, { ...draft, requestedBy: 'system', scheduledFor: null });
}

/**
 * Deletes the cursor of the next delta of a source.
 *
 * @returns the source's type, or null when the source was deleted.
 */
async function forgetCursor(tx: Tx, sourceId: string): Promise<string | null> {
  // Touches the one source; its `updated_at` stays, because its options did not change.
  const rows = await tx.$queryRaw<{ type: string }[]>`
    UPDATE sources SET cursor = NULL WHERE id = ${sourceId}::uuid RETURNING type`;
  return rows[0]?.type ?? null;
}
