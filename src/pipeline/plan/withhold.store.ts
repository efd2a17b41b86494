import type { HeldReason } from '../../domain/task.js';
import type { Tx } from '../../platform/db.js';
import type { RecordTarget } from '../../targets/target.js';
import type { RunContext } from '../run-context.js';
import { MOVES_VALUES } from './guard.store.js';

/** Leaves out deleted records of the source; `resetPlan` adds them again. Touches only the task's own work list. */
export async function withholdTombstones(tx: Tx, { task }: RunContext): Promise<void> {
  await tx.$executeRaw`
    UPDATE staged_records SET state = 'withheld' WHERE task_id = ${task.id}::uuid AND state = 'tombstone'`;
}

/** The targets of the lines. */
export interface WithheldFrom {
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
