import { apply } from './apply/apply.js';
import { finish, hold } from './finish/finish.js';
import { fenced } from './fenced.store.js';
import { isManual } from '../domain/manual-source.js';
import { type HeldPlan, isReadless } from '../domain/task.js';
import { hasConflicts, hasLinks, loadContext } from './load-context.store.js';
import { decideRemovals } from './plan/guard-task.js';
import { plan } from './plan/plan.js';
import { planUndo } from './plan/plan-undo.js';
import { pull } from './pull/pull.js';
import { keepCounts } from './finish/finish.store.js';
import type { RemovalVerdict } from '../domain/task-outcome.js';
import type { RecordKind } from '../domain/record.js';
import type { RunContext, RunTaskDeps, TaskEnd, TaskRun } from './run-context.js';

/**
 * Runs a claimed task from its current phase to its end: pull → plan → guard → apply → finish.
 *
 * @throws SyncError with advice about a retry, FencedError when another worker took over, or the reason of the run's
 * signal. Committed work stays, and the next run continues from there.
 */
export async function runTask(deps: RunTaskDeps, run: TaskRun): Promise<TaskEnd> {
  const context = await loadContext(deps, run);
  try {
    return await runPhases(context);
  } catch (error) {
    await keepCounts(context);
    throw error;
  }
}

async function runPhases(context: RunContext): Promise<TaskEnd> {
  const { status, mode, pulled, safePart } = context.task;
  if (status === 'applying' && !safePart) return applyAndFinish(context, { round: 1 });
  if (status === 'applying') {
    await apply(context);
    return planAndApply(context, { planned: true });
  }
  if (isReadless(mode)) return planAndApply(context, { planned: true });
  if (!pulled) await pull(context);
  return planAndApply(context, { planned: pulled });
}

/** How often such a task is planned again because rows changed between its plan and its page. */
const ROUNDS = 3;

interface PlanRound {
  /** An earlier attempt may have planned with this work list. */
  readonly planned: boolean;
  /** From 1. */
  readonly round?: number;
}

async function planAndApply(context: RunContext, { planned, round = 1 }: PlanRound): Promise<TaskEnd> {
  const { mode, dryRun } = context.task;
  const { held, removals } = await (mode === 'undo' ? planUndo(context) : plan(context, { planned }));
  if (dryRun) return finish(context, removals);
  const rest = held && hasSafePart(context) ? await applySafePart(context, held) : held;
  if (rest) {
    await hold(context, rest);
    return 'held';
  }
  return applyAndFinish(context, { round, removals });
}

interface ApplyRound {
  readonly round: number;
  readonly removals?: ReadonlyMap<RecordKind, RemovalVerdict>;
}

/** @param removals of the plan; left out = the task was taken over during apply and continues with its plan. */
async function applyAndFinish(context: RunContext, { round, removals }: ApplyRound): Promise<TaskEnd> {
  await apply(context);
  if (round < ROUNDS && (await isUnfinished(context)))
    return planAndApply(context, { planned: true, round: round + 1 });
  return finish(context, removals ?? (await decideRemovals(context)));
}

/** A removal that left links (R17), or an edit by hand that was not applied: no later read repeats it (R51). */
async function isUnfinished(context: RunContext): Promise<boolean> {
  const { task, source } = context;
  if (task.mode === 'remove') return fenced(context, (tx) => hasLinks(tx, context));
  return isManual(source.id) && task.mode === 'delta' && fenced(context, (tx) => hasConflicts(tx, context));
}

/** An undo and the removal of a source are approved as a whole. */
function hasSafePart({ task, source }: RunContext): boolean {
  return source.guard.applySafeChanges === true && task.mode !== 'undo' && task.mode !== 'remove';
}

/** Applies what needs no approval, then plans the rest again (R31). */
async function applySafePart(context: RunContext, held: HeldPlan): Promise<HeldPlan | null> {
  await plan(context, { planned: true, withhold: held.reasons });
  await apply(context);
  return (await plan(context, { planned: true })).held;
}
