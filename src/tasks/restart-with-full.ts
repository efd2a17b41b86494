import type { Claim } from './claim-task.store.js';
import { queueTask } from './queue-task.js';
import { forgetCursor } from './restart-with-full.store.js';
import type { RequestSyncDeps } from './task-deps.js';

/** The place marker of a source is no longer good: forgets it and queues the full read that is needed. */
export async function restartWithFull(
  deps: RequestSyncDeps,
  { sourceId, trigger }: Pick<Claim, 'sourceId' | 'trigger'>,
): Promise<void> {
  const type = await forgetCursor(deps.db.prisma, sourceId);
  if (type === null || !deps.supportedModes(type).includes('full')) return;
  const wanted = { sourceId, mode: 'full', dryRun: false, trigger } as const;
  await queueTask(deps, { ...wanted, requestedBy: 'system', scheduledFor: null });
}
