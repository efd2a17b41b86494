import { apply } from './apply/apply.js';
import { finish, hold } from './finish/finish.js';
import { loadContext } from './load-context.store.js';
import { believeRemovals } from './plan/believe-removals.js';
import { plan } from './plan/plan.js';
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
  if (context.task.status === 'applying') return applyAndFinish(context);
  if (!context.task.pulled) await pull(context);
  const { held, removals } = await plan(context);
  if (context.task.dryRun) return finish(context, removals);
  if (held) {
    await hold(context, held);
    return 'held';
  }
  await apply(context);
  return finish(context, removals);
}

/** A task that was taken over while it applied goes on behind its mark; its plan stands. */
async function applyAndFinish(context: RunContext): Promise<TaskEnd> {
  await apply(context);
  return finish(context, await believeRemovals(context));
}
