import { LINK_MOVED } from '../../domain/change.js';
import type { PlanCounts } from '../../domain/guard-plan.js';
import { Prisma, type Tx } from '../../platform/db.js';
import type { RecordTarget } from '../../targets/target.js';
import type { RunContext } from '../run-context.js';
import type { HeldReason } from '../../domain/task.js';

/** Values whose change in many rows at once is suspicious (R31). */
const WATCHED_FIELDS = ['username', 'email', 'parentId'];

/** Whether a line of `changes` changes one of these values. Filling an empty field does not count. */
const MOVES_VALUES = Prisma.sql`
  EXISTS (SELECT 1 FROM unnest(${WATCHED_FIELDS}::text[]) AS watched (field)
          WHERE nullif(before->>watched.field, '') IS NOT NULL)`;

/** Whether the plan needs the guard: not if it only adds, unless the read list was empty. */
export async function needsGuard(tx: Tx, { task }: RunContext): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ may: boolean }[]>`
    SELECT t.complete <> '{}' OR EXISTS (
      SELECT 1 FROM changes c
      WHERE c.task_id = t.id AND c.outcome IS NULL AND (c.action IN ('update', 'remove') OR c.code = ${LINK_MOVED})) AS may
    FROM sync_tasks t WHERE t.id = ${task.id}::uuid`;
  return row?.may ?? true;
}

/**
 * The counts of a plan for one kind. A row that its record takes out of force (`active: false`) counts as a removal; a
 * link that moves to another record (R10) does not, but its changes of the row count like those of an update.
 */
export async function countPlan(
  tx: Tx,
  { task, scope }: RunContext,
  { kind, removed }: RecordTarget,
): Promise<Omit<PlanCounts, 'kind' | 'complete' | 'seen' | 'explicit' | 'removedLately'>> {
  const [row] = await tx.$queryRaw<{ linked: number; removals: number; moved: number }[]>`
    SELECT
      (SELECT count(*)::int FROM known_records WHERE source_id = ${scope.sourceId}::uuid AND kind = ${kind}
        AND removed_at IS NULL) AS linked,
      count(*) FILTER (WHERE (action = 'remove' AND code IS DISTINCT FROM ${LINK_MOVED})
        OR ((action = 'update' OR code = ${LINK_MOVED}) AND after @> ${JSON.stringify(removed)}::jsonb))::int AS removals,
      count(*) FILTER (WHERE (action = 'update' OR code = ${LINK_MOVED}) AND ${MOVES_VALUES})::int AS moved
    FROM changes WHERE task_id = ${task.id}::uuid AND kind = ${kind} AND outcome IS NULL`;
  return row ?? { linked: 0, removals: 0, moved: 0 };
}

/**
 * Counts records that were removed in the last 24 h, or taken out of force by their source, without approval and until
 * now (R32).
 */
export async function countRemovedLately(
  tx: Tx,
  { scope }: RunContext,
  { kind, name, removed }: RecordTarget,
): Promise<number> {
  const outOfForce = JSON.stringify(removed);
  const [row] = await tx.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM (
      SELECT k.external_id
      FROM known_records k
      LEFT JOIN sync_tasks t ON t.id = k.task_id
      WHERE k.source_id = ${scope.sourceId}::uuid AND k.kind = ${kind} AND k.removed_at IS NOT NULL
        AND k.removed_at > now() - interval '24 hours' AND t.approved_at IS NULL
        -- Not where the link moved to another record, or another record got the row since (R10).
        AND NOT EXISTS (SELECT 1 FROM known_records heir WHERE heir.source_id = k.source_id AND heir.kind = k.kind
                        AND heir.target_id = k.target_id AND heir.removed_at IS NULL)
      UNION
      SELECT k.external_id
      FROM sync_tasks t
      JOIN changes c ON c.task_id = t.id AND c.target = ${name} AND (c.action = 'update' OR c.code = ${LINK_MOVED})
        AND c.after @> ${outOfForce}::jsonb
      JOIN known_records k ON k.source_id = t.source_id AND k.kind = c.kind AND k.external_id = c.external_id
        AND k.removed_at IS NULL AND k.data @> ${outOfForce}::jsonb
      WHERE t.source_id = ${scope.sourceId}::uuid AND NOT t.dry_run AND t.approved_at IS NULL
        AND coalesce(t.finished_at, t.heartbeat_at, now()) > now() - interval '24 hours'
        AND change_outcome(c, t) = 'applied'
    ) lately`;
  return row?.count ?? 0;
}

/** A page of lines as text, for the hash of the plan. */
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

/** Leaves out deleted records of the source; `resetPlan` adds them again. Touches only the task's own work list. */
export async function withholdTombstones(tx: Tx, { task }: RunContext): Promise<void> {
  await tx.$executeRaw`
    UPDATE staged_records SET state = 'withheld' WHERE task_id = ${task.id}::uuid AND state = 'tombstone'`;
}

/** The targets of the lines. */
interface WithheldFrom {
  readonly target: RecordTarget;
  /** Names of the targets that derive from its records. */
  readonly derived: readonly string[];
  readonly reasons: readonly HeldReason[];
}

/**
 * Removes from a plan what needs approval: lines that take rows out of force, with the removals of their derived rows,
 * and changed values if they are a reason. Touches only the task's own plan; the next plan has the lines again.
 */
export async function withholdLines(
  tx: Tx,
  { task }: RunContext,
  { target, derived, reasons }: WithheldFrom,
): Promise<void> {
  const moves = reasons.some((one) => one.kind === target.kind && one.code === 'moved_values');
  await tx.$executeRaw`
    DELETE FROM changes
    WHERE task_id = ${task.id}::uuid AND outcome IS NULL
      AND CASE WHEN target = ANY(${[...derived]}::text[]) THEN action = 'remove'
               WHEN target = ${target.name} AND action = 'update'
               THEN after @> ${JSON.stringify(target.removed)}::jsonb
                    OR (${moves} AND ${MOVES_VALUES})
               ELSE false END`;
}
