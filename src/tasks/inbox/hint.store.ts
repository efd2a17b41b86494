import { queueTask } from '../life/queue-task.store.js';
import type { TaskDeps } from '../life/task-deps.js';
import type { Tx } from '../../platform/db.js';

/** The content of an event, checked by the source's adapter. */
interface HintedSource {
  readonly sourceId: string;
  readonly hints: readonly { readonly kind: string; readonly externalId: string }[];
  /** Hints say too little: everything is read. */
  readonly needsFull: boolean;
}

/**
 * Stores the objects that a source reported as changed and queues a task that reads them: a delta for hints, a full
 * read where they say too little. A queued one is joined.
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

/** An object that a source reported as changed. */
interface GivenHint {
  readonly kind: string;
  readonly externalId: string;
}

/**
 * Keeps hints until a task takes them. One that waits already stays alone and counts as new, also one that was put
 * aside; one that a task is looking at gets another, because that task may have looked already.
 */
async function insertHints(tx: Tx, sourceId: string, hints: readonly GivenHint[]): Promise<void> {
  // In the order of the ids, so that two calls at once don't wait for each other in a circle.
  await tx.$executeRaw`
    INSERT INTO hints (source_id, kind, external_id)
    SELECT DISTINCT ${sourceId}::uuid, h.kind, h.external_id
    FROM unnest(${hints.map(({ kind }) => kind)}::text[], ${hints.map(({ externalId }) => externalId)}::text[])
      AS h (kind, external_id)
    ORDER BY 2, 3
    ON CONFLICT (source_id, kind, external_id) WHERE task_id IS NULL
      DO UPDATE SET received_at = excluded.received_at, not_before = NULL`;
}

/**
 * Gives the waiting hints of the source to a delta that ends without having begun its work: left waiting, they would
 * call for the next one at once, and that for the next. The next delta takes what failed and cancelled ones left.
 */
export async function leaveHintsTo(tx: Tx, taskId: string): Promise<void> {
  // Touches what waits, for a delta that took nothing; a second call finds that it has.
  await tx.$executeRaw`
    UPDATE hints h SET task_id = t.id
    FROM sync_tasks t
    WHERE t.id = ${taskId}::uuid AND t.mode = 'delta' AND NOT t.dry_run
      AND h.source_id = t.source_id AND is_waiting(h)
      AND NOT EXISTS (SELECT 1 FROM hints own WHERE own.task_id = t.id)`;
}
