import { mayRemove, type RemovalVerdict } from '../../domain/task-outcome.js';
import type { RecordKind } from '../../domain/record.js';
import type { HeldReason } from '../../domain/task.js';
import type { RecordTarget } from '../../targets/target.js';
import { beginPlan, fenced, saveProgress } from '../fenced.store.js';
import type { RunContext } from '../run-context.js';
import { addOrphanProblems, addReadProblems, addUnreadMarks, followSkipped } from './changes.store.js';
import { guardTask } from './guard-task.js';
import { markLeaving, recheckShared, skipErased } from './plan-steps.store.js';
import { matchRecords } from './match-records.js';
import { placeOf, PlanProgress, type PlanResult, rulesOf } from './plan-result.js';
import { planGone } from './plan-gone.js';
import { planRecords, type PlanTarget } from './plan-records.js';
import { refreshStatistics, resetPlan } from './reset-plan.store.js';
import { withholdLines, withholdTombstones } from './guard.store.js';
import { type KindSurvey, markAbsent, recheckWaiting, surveyKinds } from './worklist.store.js';

/** How to plan. */
export interface PlanOptions {
  /** The work list may contain data of an earlier plan. */
  readonly planned: boolean;
  /** Plan only what needs no approval: no removals, and no changes of the values that these reasons name (R31). */
  readonly withhold?: readonly HeldReason[];
}

/** Compares the work list with known records and rows and writes the lines of the plan; nothing else (R35). */
export async function plan(context: RunContext, options: PlanOptions): Promise<PlanResult> {
  const { run, targets } = context;
  const { withhold } = options;
  const surveys = await begin(context, options);
  run.report({ phase: 'plan', line: 'plan began', done: 0, total: null });
  const progress = new PlanProgress(context);
  let someGone = false;
  for (const target of targets.records()) {
    const read = surveys.get(target.kind);
    if (!read) continue;
    const gone = await sortOut(context, target, read, withhold);
    // A record that is gone adds the records that refer to its row to the work list.
    someGone ||= gone;
    if (someGone || read.moved) await planTarget(context, target, { read, gone, progress, withhold });
  }
  const held = await fenced(context, async (tx) => {
    const reasons = withhold ? null : await guardTask(tx, context);
    await saveProgress(tx, run, { phase: 'plan', done: progress.done, total: progress.done, lasting: false });
    return reasons;
  });
  const line = `plan finished: ${progress.done} compared${held ? `, held: ${held.reasons.map((one) => one.code).join(', ')}` : ''}`;
  run.report({ phase: 'plan', line, done: progress.done, total: progress.done });
  const removals = [...surveys].map(([kind, read]) => [kind, mayRemove(read)] as const);
  return { held, removals: new Map<RecordKind, RemovalVerdict>(removals) };
}

/** Prepares for the plan. @returns the result of the read for each kind. */
async function begin(
  context: RunContext,
  { planned, withhold }: PlanOptions,
): Promise<ReadonlyMap<RecordKind, KindSurvey>> {
  const kinds = context.targets.records().map(({ kind }) => kind);
  const surveys = await fenced(context, async (tx) => {
    await resetPlan(tx, context, { planned });
    if (withhold) await withholdTombstones(tx, context);
    await addOrphanProblems(tx, context);
    await recheckWaiting(tx, context);
    if (context.task.mode === 'recompose') await recheckShared(tx, context);
    if (context.task.mode === 'remove') await markLeaving(tx, context);
    const found = await surveyKinds(tx, context, kinds);
    await beginPlan(tx, context.run, { safePart: withhold !== undefined });
    return found;
  });
  return new Map(surveys.map((read) => [read.kind, read]));
}

/**
 * Removes records that are not planned from the work list, and adds absent ones. @returns whether a record is gone.
 */
async function sortOut(
  context: RunContext,
  target: RecordTarget,
  read: KindSurvey,
  withhold: PlanOptions['withhold'],
): Promise<boolean> {
  const { kind } = target;
  const place = placeOf(context.targets, target);
  const absenceCounts = mayRemove(read).allowed && !withhold;
  if (read.seen === 0 && read.invalid === 0 && !absenceCounts) return read.gone;
  const absent = await fenced(context, async (tx) => {
    if (read.invalid > 0 || read.twins) await addReadProblems(tx, context, kind, place);
    if (read.marked) await addUnreadMarks(tx, context, kind, place);
    await skipErased(tx, context, kind, place);
    return absenceCounts ? markAbsent(tx, context, kind) : 0;
  });
  return read.gone || absent > 0;
}

interface TargetWork {
  readonly read: KindSurvey;
  readonly gone: boolean;
  readonly progress: PlanProgress;
  readonly withhold: PlanOptions['withhold'];
}

async function planTarget(
  context: RunContext,
  target: RecordTarget,
  { read, gone, progress, withhold }: TargetWork,
): Promise<void> {
  const place = placeOf(context.targets, target);
  const { kind, references } = target;
  const plan: PlanTarget = { target, place, rules: rulesOf(target) };
  // First, so that the link of a record that is gone can move to the record that replaces it (R10).
  if (read.keyed || context.source.matchKeys.length > 0) await matchRecords(context, target, place);
  if (gone) await planGone(context, plan, (records) => progress.add(records));
  await planRecords(context, plan, (records) => progress.add(records));
  await fenced(context, async (tx) => {
    const derived = context.targets.derivedFrom(kind).map((one) => one.name);
    await refreshStatistics(tx, context, 'plan');
    if (withhold) await withholdLines(tx, context, { target, derived, reasons: withhold });
    await target.settle?.(tx, context.scope);
    await followSkipped(tx, context, { kind, references, derived });
  });
}
