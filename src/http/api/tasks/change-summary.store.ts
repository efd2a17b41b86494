import type { ChangeOutcome, ShownAction } from '../../../domain/change.js';
import type { Tx } from '../../../platform/db.js';
import type { TaskMode } from '../../../domain/task.js';

/** How many lines of a plan are alike. */
interface ChangeGroup {
  readonly kind: string;
  readonly action: ShownAction;
  readonly outcome: ChangeOutcome;
  readonly code: string | null;
  readonly count: number;
  /** Fields of their records that are left out. */
  readonly fieldProblems: number;
}

/** How many fields are left out for the same reason. */
interface FieldProblemGroup {
  readonly kind: string;
  readonly field: string;
  readonly code: string;
  readonly count: number;
}

/** Counts a task's changes by kind, action, outcome and code, the biggest group first. */
export function summariseChanges(tx: Tx, taskId: string): Promise<ChangeGroup[]> {
  return tx.$queryRaw<ChangeGroup[]>`
    SELECT c.kind, c.action, became.outcome, c.code, count(*)::int AS count,
           coalesce(sum(jsonb_array_length(c.problems)), 0)::int AS "fieldProblems"
    FROM sync_tasks t
    JOIN changes c ON c.task_id = t.id
    CROSS JOIN LATERAL (SELECT change_outcome(c, t) AS outcome) became
    WHERE t.id = ${taskId}::uuid AND (c.action <> 'keep' OR c.problems IS NOT NULL)
    GROUP BY c.kind, c.action, became.outcome, c.code
    ORDER BY count DESC, c.kind, c.action, became.outcome, c.code`;
}

/** Most groups of field problems: a source may have thousands of custom fields. */
const MAX_PROBLEM_GROUPS = 100;

/** Counts the fields of a task's records that are left out, by kind, field and code, the biggest group first. */
export function summariseProblems(tx: Tx, taskId: string): Promise<FieldProblemGroup[]> {
  return tx.$queryRaw<FieldProblemGroup[]>`
    SELECT c.kind, p.field, p.code, count(*)::int AS count
    FROM changes c, jsonb_to_recordset(c.problems) AS p (field text, code text)
    WHERE c.task_id = ${taskId}::uuid AND c.problems IS NOT NULL
    GROUP BY c.kind, p.field, p.code
    ORDER BY count DESC, c.kind, p.field, p.code
    LIMIT ${MAX_PROBLEM_GROUPS}`;
}

/** What a source said of one thing. */
interface SuppliedRecord {
  /** In this task's read; null where it read nothing or nothing moved, or it is forgotten by now. */
  readonly read: unknown;
  /** What the source last said that was applied; null = never linked. */
  readonly known: unknown;
  readonly knownAt: Date | null;
}

/** A record of a task's source. */
interface RecordKey {
  readonly taskId: string;
  readonly mode: TaskMode;
  readonly sourceId: string;
  readonly kind: string;
  readonly externalId: string;
}

/** Reads a record of a task's source: as the task read it, and as it was last applied; null = neither is there. */
export async function findTaskRecord(tx: Tx, key: RecordKey): Promise<SuppliedRecord | null> {
  const { taskId, mode, sourceId, kind, externalId } = key;
  const [staged, known] = await Promise.all([
    // The work list of an undo holds rows, with what every source supplied of them.
    mode === 'undo'
      ? null
      : tx.stagedRecord.findUnique({ where: { taskId_kind_externalId: { taskId, kind, externalId } } }),
    tx.knownRecord.findUnique({ where: { sourceId_kind_externalId: { sourceId, kind, externalId } } }),
  ]);
  if (!staged && !known) return null;
  return { read: staged?.data ?? null, known: known?.data ?? null, knownAt: known?.appliedAt ?? null };
}
