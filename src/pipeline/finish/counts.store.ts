import type { RecordKind } from '../../domain/record.js';
import { type KindCounts, NO_COUNTS, type TaskCounts } from '../../domain/task.js';
import type { Tx } from '../../platform/db.js';
import type { Target } from '../../targets/target.js';
import type { RunContext } from '../run-context.js';

/** `planned` = the whole plan, `applied` = the lines applied so far. */
export type CountedPart = 'planned' | 'applied';

/** Counts the changes of a task, or of its plan, from committed rows (R40). */
export async function countTask(tx: Tx, context: RunContext, part: CountedPart = 'planned'): Promise<TaskCounts> {
  const lines = await countLines(tx, context, part);
  const seen = await countSeen(tx, context);
  const counts: TaskCounts = {};
  for (const target of context.targets.list()) {
    const kind = { ...NO_COUNTS, ...lines.get(target.kind) };
    counts[target.kind] = { ...kind, ...(await seenOf(tx, context, target, { kind, seen })) };
  }
  for (const [kind, own] of lines) counts[kind] ??= { ...NO_COUNTS, ...own };
  return counts;
}

const COLUMN_OF: Readonly<Record<string, keyof KindCounts>> = {
  create: 'created',
  link: 'linked',
  update: 'updated',
  restore: 'restored',
  remove: 'removed',
  skip: 'skipped',
  wait: 'waiting',
};

interface LineCount {
  readonly kind: RecordKind;
  readonly action: string;
  readonly failed: boolean;
  readonly count: number;
  readonly fieldProblems: number;
}

async function countLines(
  tx: Tx,
  { task, scope }: RunContext,
  part: CountedPart,
): Promise<ReadonlyMap<RecordKind, Partial<KindCounts>>> {
  const rows = await tx.$queryRaw<LineCount[]>`
    SELECT c.kind, c.action, c.outcome IS NOT DISTINCT FROM 'failed' AS failed, count(*)::int AS count,
           coalesce(sum(jsonb_array_length(c.problems)), 0)::int AS "fieldProblems"
    FROM changes c JOIN sync_tasks t ON t.id = c.task_id
    WHERE c.task_id = ${task.id}::uuid AND (c.action <> 'keep' OR c.problems IS NOT NULL)
      AND c.code IS DISTINCT FROM 'erased'
      AND (${part === 'planned'} OR change_outcome(c, t) <> 'planned')
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT kind, 'wait', false, count(*)::int, 0 FROM (
      -- What waited before and has no line in this task; after a full read only, which is about every record.
      SELECT p.kind, p.external_id, p.field, p.wanted_external_id
      FROM pending_references p
      WHERE ${task.mode === 'full'} AND p.source_id = ${scope.sourceId}::uuid AND strpos(p.wanted_kind, '.') = 0
        AND NOT EXISTS (
          SELECT 1 FROM changes c WHERE c.task_id = ${task.id}::uuid AND c.kind = p.kind
            AND c.external_id = p.external_id AND c.action <> 'skip' AND c.outcome IS DISTINCT FROM 'failed')
      UNION
      SELECT c.kind, c.external_id, w.field, w."externalId"
      FROM changes c, jsonb_to_recordset(c.pending) AS w (field text, kind text, "externalId" text)
      WHERE c.task_id = ${task.id}::uuid AND c.pending IS NOT NULL AND c.action <> 'skip'
        AND c.outcome IS DISTINCT FROM 'failed' AND strpos(w.kind, '.') = 0
    ) waiting GROUP BY kind`;
  const counts = new Map<RecordKind, Partial<Record<keyof KindCounts, number>>>();
  for (const { kind, action, failed, count, fieldProblems } of rows) {
    const column = failed ? 'failed' : COLUMN_OF[action];
    const own = { ...counts.get(kind) };
    if (column) own[column] = (own[column] ?? 0) + count;
    counts.set(kind, { ...own, fieldProblems: (own.fieldProblems ?? 0) + fieldProblems });
  }
  return counts;
}

interface Seen {
  readonly seen: number;
  readonly unchanged: number;
}

async function countSeen(tx: Tx, { task }: RunContext): Promise<ReadonlyMap<RecordKind, Seen>> {
  const rows = await tx.$queryRaw<(Seen & { kind: RecordKind })[]>`
    SELECT s.kind, count(*)::int AS seen, count(*) FILTER (WHERE moved.external_id IS NULL)::int AS unchanged
    FROM staged_records s
    LEFT JOIN (SELECT DISTINCT kind, external_id FROM changes WHERE task_id = ${task.id}::uuid AND action <> 'keep') moved
      ON moved.kind = s.kind AND moved.external_id = s.external_id
    WHERE s.task_id = ${task.id}::uuid AND s.state NOT IN ('absent', 'unseen')
    GROUP BY s.kind`;
  return new Map(rows.map((row) => [row.kind, row]));
}

/** Derived rows are not in a read themselves: after a full read the rows of the source count as seen. */
async function seenOf(
  tx: Tx,
  { task, scope }: RunContext,
  target: Target,
  { kind, seen }: { kind: KindCounts; seen: ReadonlyMap<RecordKind, Seen> },
): Promise<Seen> {
  if (target.type === 'record') {
    const { seen: count = 0, unchanged = 0 } = seen.get(target.kind) ?? {};
    return { seen: count, unchanged };
  }
  const planned = kind.created + kind.updated;
  const owned = task.mode === 'full' ? await target.countOwned?.(tx, scope) : undefined;
  if (owned === undefined) return { seen: planned, unchanged: 0 };
  const total = task.dryRun ? owned + kind.created - kind.removed : owned;
  return { seen: total, unchanged: Math.max(0, total - planned) };
}
