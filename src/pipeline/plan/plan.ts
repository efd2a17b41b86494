import { mayRemove, type RemovalVerdict } from '../../domain/may-remove.js';
import type { RecordKind } from '../../domain/record.js';
import type { HeldPlan } from '../../domain/task.js';
import type { RecordTarget } from '../../targets/target.js';
import { fenced, saveProgress } from '../fenced.store.js';
import { moveTask } from '../move-task.store.js';
import type { RunContext } from '../run-context.js';
import { addOrphanProblems, addReadProblems, followSkipped, refreshStatistics } from './changes.store.js';
import { guardTask } from './guard-task.js';
import { matchRecords } from './match-records.js';
import { placeOf } from './place-of.js';
import { planGone } from './plan-gone.js';
import { planRecords, type PlanTarget } from './plan-records.js';
import { resetPlan } from './reset-plan.store.js';
import { skipErased } from './skip-erased.store.js';
import { hasWorkOf, markAbsent, readQuality, recheckWaiting } from './worklist.store.js';

/** What a plan came to. */
export interface PlanResult {
  /** What a person must decide first; null = nothing. */
  readonly held: HeldPlan | null;
  /** Whether absence was believed, per kind. */
  readonly removals: ReadonlyMap<RecordKind, RemovalVerdict>;
}

/** Compares the work list with what is known and writes the lines of the plan; nothing else (R35). */
export async function plan(context: RunContext): Promise<PlanResult> {
  const { run, targets } = context;
  await fenced(context, async (tx) => {
    await moveTask(tx, run, 'planning', 'plan');
    await resetPlan(tx, context);
    await addOrphanProblems(tx, context);
  });
  run.report({ phase: 'plan', line: 'plan began', done: 0, total: null });
  const removals = new Map<RecordKind, RemovalVerdict>();
  const progress = new PlanProgress(context);
  for (const target of targets.records()) {
    removals.set(target.kind, await planTarget(context, target, progress));
  }
  const held = await fenced(context, async (tx) => {
    await saveProgress(tx, run, { phase: 'plan', done: progress.done, total: progress.done, lasting: false });
    return guardTask(tx, context);
  });
  const line = `plan finished: ${progress.done} compared${held ? `, held: ${held.reasons.map((one) => one.code).join(', ')}` : ''}`;
  run.report({ phase: 'plan', line, done: progress.done, total: progress.done });
  return { held, removals };
}

async function planTarget(context: RunContext, target: RecordTarget, progress: PlanProgress): Promise<RemovalVerdict> {
  const place = placeOf(context.targets, target);
  const names = [...target.fields, ...target.references.map((reference) => reference.column)];
  const { kind, required, inForce, removed, references } = target;
  const plan: PlanTarget = { target, place, rules: { kind, names, required, inForce, removed } };
  const { verdict, hasWork } = await fenced(context, async (tx) => {
    await addReadProblems(tx, context, kind, place);
    await skipErased(tx, context, kind, place);
    const allowed = mayRemove(await readQuality(tx, context, kind));
    if (allowed.allowed) await markAbsent(tx, context, kind);
    await recheckWaiting(tx, context, kind);
    return { verdict: allowed, hasWork: await hasWorkOf(tx, context, kind) };
  });
  if (!hasWork) return verdict;
  await planGone(context, plan, (records) => progress.add(records));
  await matchRecords(context, target, place);
  await planRecords(context, plan, (records) => progress.add(records));
  await fenced(context, async (tx) => {
    await refreshStatistics(tx, context);
    await target.settle?.(tx, context.scope);
    const derived = context.targets.derivedFrom(kind).map((one) => one.name);
    await followSkipped(tx, context, { kind, references, derived });
  });
  return verdict;
}

/** Counts compared records for the bar that people watch. */
class PlanProgress {
  done = 0;

  constructor(private readonly context: RunContext) {}

  add(records: number): void {
    this.done += records;
    this.context.run.report({ phase: 'plan', done: this.done, total: null });
  }
}
