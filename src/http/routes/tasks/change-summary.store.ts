import type { ChangeAction, ChangeOutcome } from '../../../domain/change.js';
import type { Tx } from '../../../platform/db.js';

/** How many lines of a plan are alike. */
export interface ChangeGroup {
  readonly kind: string;
  readonly action: ChangeAction;
  readonly outcome: ChangeOutcome;
  readonly code: string | null;
  readonly count: number;
}

/** Counts a task's changes by kind, action, outcome and code, the biggest group first. */
export function summariseChanges(tx: Tx, taskId: string): Promise<ChangeGroup[]> {
  return tx.$queryRaw<ChangeGroup[]>`
    SELECT c.kind, c.action, became.outcome, c.code, count(*)::int AS count
    FROM sync_tasks t
    JOIN changes c ON c.task_id = t.id
    CROSS JOIN LATERAL (
      SELECT CASE WHEN c.outcome IS NOT NULL THEN c.outcome
                  WHEN c.action = 'skip' THEN 'skipped'
                  WHEN (c.rank, c.id) <= (t.mark_rank, t.mark_id) THEN 'applied'
                  ELSE 'planned' END AS outcome
    ) became
    WHERE t.id = ${taskId}::uuid AND c.action <> 'keep'
    GROUP BY c.kind, c.action, became.outcome, c.code
    ORDER BY count DESC, c.kind, c.action, became.outcome, c.code`;
}
