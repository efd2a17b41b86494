import { mayRemove, type RemovalVerdict } from '../../domain/may-remove.js';
import type { RecordKind } from '../../domain/record.js';
import type { HeldReason } from '../../domain/task.js';
import type { RecordTarget } from '../../targets/target.js';
import { fenced, saveProgress } from '../fenced.store.js';
import { moveTask } from '../move-task.store.js';
import type { RunContext } from '../run-context.js';
import { addOrphanProblems, addReadProblems, followSkipped } from './changes.store.js';
import { guardTask } from './guard-task.js';
import { matchRecords } from './match-records.js';
import { placeOf } from './place-of.js';
import { planGone } from './plan-gone.js';
import { planRecords, type PlanTarget } from './plan-records.js';
import { PlanProgress, type PlanResult } from './plan-result.js';
import { rulesOf } from './rules-of.js';
import { refreshStatistics } from './refresh-statistics.store.js';
import { resetPlan } from './reset-plan.store.js';
import { skipErased } from './skip-erased.store.js';
import { withholdLines, withholdTombstones } from './withhold.store.js';
import { markAbsent, recheckWaiting, surveyKind } from './worklist.store.js';

/** How to plan. */
export interface PlanOptions {
  /** The work list may bear the traces of an earlier plan. */
  readonly planned: boolean;
  /** Plan only what needs no person: nobody is gone, nothing is taken away, and what these reasons name stays (R31). */
  readonly withhold?: readonly HeldReason[];
}

/** Compares the work list with what is known and writes the lines of the plan; nothing else (R35). */
export async function plan(context: RunContext, options: PlanOptions): Promise<PlanResult> {
  const { run, targets } = context;
  const { planned, withhold } = options;
  await fenced(context, async (tx) => {
    await moveTask(tx, run, 'planning', 'plan');
    await resetPlan(tx, context, { planned, safePart: withhold !== undefined });
    if (withhold) await withholdTombstones(tx, context);
    await addOrphanProblems(tx, context);
  });
  run.report({ phase: 'plan', line: 'plan began', done: 0, total: null });
  const removals = new Map<RecordKind, RemovalVerdict>();
  const progress = new PlanProgress(context);
  for (const target of targets.records()) {
    removals.set(target.kind, await planTarget(context, target, { progress, withhold }));
  }
  const held = await fenced(context, async (tx) => {
    await saveProgress(tx, run, { phase: 'plan', done: progress.done, total: progress.done, lasting: false });
    return withhold ? null : guardTask(tx, context);
  });
  const line = `plan finished: ${progress.done} compared${held ? `, held: ${held.reasons.map((one) => one.code).join(', ')}` : ''}`;
  run.report({ phase: 'plan', line, done: progress.done, total: progress.done });
  return { held, removals };
}

interface TargetOptions {
  readonly progress: PlanProgress;
  readonly withhold: readonly HeldReason[] | undefined;
}

async function planTarget(
  context: RunContext,
  target: RecordTarget,
  { progress, withhold }: TargetOptions,
): Promise<RemovalVerdict> {
  const place = placeOf(context.targets, target);
  const { kind, references } = target;
  const plan: PlanTarget = { target, place, rules: rulesOf(target) };
  const { verdict, gone, moved, keyed } = await fenced(context, async (tx) => {
    const read = await surveyKind(tx, context, kind);
    if (read.invalid > 0 || read.twins) await addReadProblems(tx, context, kind, place);
    if (read.seen > 0) await skipErased(tx, context, kind, place);
    const allowed = mayRemove(read);
    const absent = allowed.allowed && !withhold ? await markAbsent(tx, context, kind) : 0;
    const waiting = await recheckWaiting(tx, context, kind);
    return { verdict: allowed, gone: read.gone || absent > 0, moved: read.moved || waiting > 0, keyed: read.keyed };
  });
  if (!gone && !moved) return verdict;
  // Who goes has others looked at again, who were not on the list until then.
  if (gone) await planGone(context, plan, (records) => progress.add(records));
  if (keyed || context.source.matchKeys.length > 0) await matchRecords(context, target, place);
  await planRecords(context, plan, (records) => progress.add(records));
  await fenced(context, async (tx) => {
    const derived = context.targets.derivedFrom(kind).map((one) => one.name);
    await refreshStatistics(tx, context, 'plan');
    if (withhold) await withholdLines(tx, context, { target, derived, reasons: withhold });
    await target.settle?.(tx, context.scope);
    await followSkipped(tx, context, { kind, references, derived });
  });
  return verdict;
}
