import { apply } from './apply/apply.js';
import { finish, hold } from './finish/finish.js';
import type { HeldPlan } from '../domain/task.js';
import { loadContext } from './load-context.store.js';
import { believeRemovals } from './plan/believe-removals.js';
import { plan } from './plan/plan.js';
import { planUndo } from './plan/plan-undo.js';
import { pull } from './pull/pull.js';
import { keepCounts } from './finish/keep-counts.store.js';
import type { RunContext, RunTaskDeps } from './run-context.js';
import type { TaskEnd, TaskRun } from './task-run.js';

/**
 * Runs a claimed task from where it is to its end: pull → plan → guard → apply → finish.
 *
 * @throws SyncError with advice, FencedError when another worker took over, or the reason of the run's signal. What is
 * committed by then stays, and the next run goes on from there.
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
  if (status === 'applying' && !safePart) return applyAndFinish(context);
  if (status === 'applying') {
    await apply(context);
    return planAndApply(context, { planned: true });
  }
  if (!pulled && mode !== 'undo') await pull(context);
  return planAndApply(context, { planned: pulled });
}

/** @param planned an earlier attempt may have planned with this work list. */
async function planAndApply(context: RunContext, { planned }: { planned: boolean }): Promise<TaskEnd> {
  const isUndo = context.task.mode === 'undo';
  const { held, removals } = await (isUndo ? planUndo(context) : plan(context, { planned }));
  if (context.task.dryRun) return finish(context, removals);
  const rest = held && !isUndo && context.source.guard.applySafeChanges ? await applySafePart(context, held) : held;
  if (rest) {
    await hold(context, rest);
    return 'held';
  }
  await apply(context);
  return finish(context, removals);
}

/** Lets through what needs no person, then plans again what is left (R31). */
async function applySafePart(context: RunContext, held: HeldPlan): Promise<HeldPlan | null> {
  await plan(context, { planned: true, withhold: held.reasons });
  await apply(context);
  return (await plan(context, { planned: true })).held;
}

/** A task that was taken over while it applied goes on behind its mark; its plan stands. */
async function applyAndFinish(context: RunContext): Promise<TaskEnd> {
  await apply(context);
  return finish(context, await believeRemovals(context));
}
