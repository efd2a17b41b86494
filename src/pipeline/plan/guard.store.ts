import type { PlanCounts } from '../../domain/guard-plan.js';
import type { RecordKind } from '../../domain/record.js';
import type { Tx } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';

/** Values whose change in many rows at once is suspicious (R31). */
const TELLING_FIELDS = ['username', 'email', 'parentId'];

/** The plan of one kind in numbers. */
export async function countPlan(
  tx: Tx,
  { task, scope }: RunContext,
  kind: RecordKind,
): Promise<Omit<PlanCounts, 'kind' | 'complete' | 'seen' | 'explicit'>> {
  const [row] = await tx.$queryRaw<{ linked: number; removals: number; moved: number }[]>`
    SELECT
      (SELECT count(*)::int FROM known_records WHERE source_id = ${scope.sourceId}::uuid AND kind = ${kind}
        AND removed_at IS NULL) AS linked,
      count(*) FILTER (WHERE action = 'remove')::int AS removals,
      count(*) FILTER (WHERE action = 'update' AND before ?| ${TELLING_FIELDS}::text[])::int AS moved
    FROM changes WHERE task_id = ${task.id}::uuid AND kind = ${kind} AND outcome IS NULL`;
  return row ?? { linked: 0, removals: 0, moved: 0 };
}

/** A page of lines as text that tells one plan from another. */
export async function nextLines(
  tx: Tx,
  { task }: RunContext,
  { after, limit }: { after: { rank: number; id: bigint }; limit: number },
): Promise<readonly { readonly rank: number; readonly id: bigint; readonly text: string }[]> {
  return tx.$queryRaw`
    SELECT rank, id, concat_ws('|', kind, action, external_id, target_id, before::text, after::text, code) AS text
    FROM changes
    WHERE task_id = ${task.id}::uuid AND outcome IS NULL AND action <> 'keep'
      AND (rank, id) > (${after.rank}::smallint, ${after.id}::bigint)
    ORDER BY rank, id
    LIMIT ${limit}`;
}
