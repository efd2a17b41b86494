import { insertHints } from './hint.store.js';
import { queueTask } from './queue-task.js';
import type { TaskDeps } from './task-deps.js';

/** What a source told of itself, checked by its adapter. */
export interface HintedSource {
  readonly sourceId: string;
  readonly hints: readonly { readonly kind: string; readonly externalId: string }[];
  /** Hints say too little: everything is read. */
  readonly needsFull: boolean;
}

/**
 * Stores what a source told to have moved, and sees to it that a task looks: a delta for hints, a full read where they
 * say too little. A queued one is joined.
 */
export async function acceptHints(deps: TaskDeps, { sourceId, hints, needsFull }: HintedSource): Promise<void> {
  const common = { sourceId, dryRun: false, trigger: 'push', requestedBy: null, scheduledFor: null } as const;
  if (hints.length > 0) {
    // Stored before the task is queued: one that began already may miss them, the next does not.
    await insertHints(deps.db.prisma, sourceId, hints);
    await queueTask(deps, { ...common, mode: 'delta' });
  }
  if (needsFull) await queueTask(deps, { ...common, mode: 'full' });
}
