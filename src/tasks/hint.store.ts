import type { Tx } from '../platform/db.js';

/** Something that a source told to have moved. */
interface GivenHint {
  readonly kind: string;
  readonly externalId: string;
}

/**
 * Keeps hints until a task takes them. One that waits already stays alone; one that a task is looking at gets another,
 * because that task may have looked already.
 */
export async function insertHints(tx: Tx, sourceId: string, hints: readonly GivenHint[]): Promise<void> {
  // In the order of the ids, so that two calls at once don't wait for each other in a circle.
  await tx.$executeRaw`
    INSERT INTO hints (source_id, kind, external_id)
    SELECT ${sourceId}::uuid, h.kind, h.external_id
    FROM unnest(${hints.map(({ kind }) => kind)}::text[], ${hints.map(({ externalId }) => externalId)}::text[])
      AS h (kind, external_id)
    ORDER BY 2, 3
    ON CONFLICT (source_id, kind, external_id) WHERE task_id IS NULL DO NOTHING`;
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
      AND h.source_id = t.source_id AND h.task_id IS NULL
      AND NOT EXISTS (SELECT 1 FROM hints own WHERE own.task_id = t.id)`;
}
