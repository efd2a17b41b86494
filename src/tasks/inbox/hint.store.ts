import { queueTask } from '../life/queue-task.store.js';
import type { TaskDeps } from '../life/task.js';
import type { Tx } from '../../platform/db.js';

/** The content of an event, checked by the source's adapter. */
interface HintedSource {
  readonly sourceId: string;
  readonly hints: readonly { readonly kind: string; readonly externalId: string }[];
  /** The hints do not name all changed objects: a full read is required. */
  readonly needsFull: boolean;
}

/**
 * Stores the objects that a source reported as changed and queues a task that reads them: a delta for hints, a full
 * read if they do not name all changed objects. If one is queued, it is used.
 */
export async function acceptHints(deps: TaskDeps, { sourceId, hints, needsFull }: HintedSource): Promise<void> {
  const common = { sourceId, dryRun: false, trigger: 'push', requestedBy: null, scheduledFor: null } as const;
  if (hints.length > 0) {
    // Stored before the task is queued: a running task may miss them, the next one does not.
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
 * Stores hints until a task takes them. A hint that waits already is not stored twice; it counts as new, also if it was
 * postponed. A hint of a running task is stored again, because that task may have read the object already.
 */
async function insertHints(tx: Tx, sourceId: string, hints: readonly GivenHint[]): Promise<void> {
  // In the order of the ids, so that two calls at the same time cannot deadlock.
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
 * Assigns the waiting hints of the source to a delta that ends before its read: if they stayed waiting, the next delta
 * would be queued at once, again and again. The next delta takes the hints of failed and cancelled ones.
 */
export async function leaveHintsTo(tx: Tx, taskId: string): Promise<void> {
  // Touches waiting hints, for a delta that took none; a second call finds nothing to do.
  await tx.$executeRaw`
    UPDATE hints h SET task_id = t.id
    FROM sync_tasks t
    WHERE t.id = ${taskId}::uuid AND t.mode = 'delta' AND NOT t.dry_run
      AND h.source_id = t.source_id AND is_waiting(h)
      AND NOT EXISTS (SELECT 1 FROM hints own WHERE own.task_id = t.id)`;
}
