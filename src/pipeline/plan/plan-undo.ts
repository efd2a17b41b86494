import type { Fields } from '../../domain/fields.js';
import { composeFields } from '../../domain/compose-fields.js';
import { restoreForce, withDecisions } from '../../domain/decide-by-hand.js';
import { decideDerivedUndo, decideUndo, withoutEdit } from '../../domain/decide-undo.js';
import { isManual } from '../../domain/manual-source.js';
import type { Tx } from '../../platform/db.js';
import type { RecordTarget } from '../../targets/target.js';
import { beginPlan, fenced, saveProgress } from '../fenced.store.js';
import type { RunContext } from '../run-context.js';
import { addChanges, type StoredDecision } from './changes.store.js';
import { claimedKeys, placeOf, PlanProgress, type PlanResult, rulesOf } from './plan-result.js';
import { guardTask } from './guard-task.js';
import { inPages } from './in-pages.js';
import { keepApplied, refreshStatistics } from './reset-plan.store.js';
import { findOtherSupplies } from './supplies.store.js';
import { supplyPage } from './supply-page.js';
import {
  clearUndoList,
  collectFormer,
  collectDerived,
  collectRows,
  type DerivedUndoItem,
  nextDerived,
  nextRows,
  skipHalfMoves,
  type UndoableTarget,
  type UndoItem,
} from './undo.store.js';

/**
 * Plans the undo of another task of the source: row by row from its lines, without reading the source. A row that
 * changed since then gets a line with this reason.
 */
export async function planUndo(context: RunContext): Promise<PlanResult> {
  const { run, targets } = context;
  await fenced(context, async (tx) => {
    await keepApplied(tx, run.taskId);
    await collect(tx, context);
    await beginPlan(tx, run, { safePart: false });
  });
  const progress = new PlanProgress(context);
  run.report({ phase: 'plan', line: 'plan of the undo began', done: 0, total: null });
  for (const target of targets.records()) await planRows(context, target, progress);
  for (const target of derivedTargets(context)) await planDerived(context, target, progress);
  const held = await fenced(context, async (tx) => {
    const reasons = await guardTask(tx, context);
    await saveProgress(tx, run, { phase: 'plan', done: progress.done, total: progress.done, lasting: false });
    return reasons;
  });
  run.report({ phase: 'plan', line: `plan finished: ${progress.done} compared`, done: progress.done, total: null });
  return { held, removals: new Map() };
}

async function collect(tx: Tx, context: RunContext): Promise<void> {
  await clearUndoList(tx, context);
  for (const target of context.targets.list()) {
    if (target.type !== 'record') continue;
    await collectRows(tx, context, target);
    await collectFormer(tx, context, target);
  }
  for (const target of derivedTargets(context)) await collectDerived(tx, context, target);
  await refreshStatistics(tx, context, 'worklist');
}

/** Derived targets that support an undo. */
function derivedTargets({ targets }: RunContext): readonly UndoableTarget[] {
  return targets.list().filter((target) => target.type === 'derived' && target.undo !== undefined) as UndoableTarget[];
}

async function planRows(context: RunContext, target: RecordTarget, progress: PlanProgress): Promise<void> {
  await inPages(context, {
    next: (tx, range) => nextRows(tx, context, target, range),
    work: (tx, page) => planRowsPage(tx, context, target, page),
    onPage: (rows) => progress.add(rows),
  });
  await fenced(context, async (tx) => {
    await refreshStatistics(tx, context, 'plan');
    await skipHalfMoves(tx, context, target);
    await target.settle?.(tx, context.scope);
  });
}

async function planRowsPage(
  tx: Tx,
  context: RunContext,
  target: RecordTarget,
  page: readonly UndoItem[],
): Promise<void> {
  const ids = page.map((item) => item.targetId);
  const current = new Map((await target.findByIds(tx, ids)).map((row) => [row.id, row]));
  const others = await findOtherSupplies(tx, context, target.kind, ids);
  const shared = new Set(others.filter((other) => !isManual(other.sourceId)).map((other) => other.targetId));
  const rules = rulesOf(target);
  const restored = isManual(context.source.id) ? await composeRestored(tx, context, target, page) : null;
  const lines = page.map(({ externalId, targetId, data, link, knownNow }): StoredDecision => {
    const found = current.get(targetId) ?? null;
    const row = found && restored ? withDecisions(found) : found;
    const done = { ...data, before: restored?.get(targetId) ?? data.before };
    const one = { done: { externalId, targetId, ...done }, link, shared: shared.has(targetId), current: row };
    const decision = decideUndo(rules, one);
    return { ...decision, keys: claimedKeys(target, decision.after), pending: [], known: knownNow };
  });
  await addChanges(tx, context, placeOf(context.targets, target), lines);
}

/**
 * The values, without the edit, of the fields that an edit by hand changed: what the sources supply now, else the
 * values before it; whether a user who is no longer locked is active is decided by the sources (R15, R51). By row.
 */
async function composeRestored(
  tx: Tx,
  context: RunContext,
  target: RecordTarget,
  page: readonly UndoItem[],
): Promise<ReadonlyMap<string, Fields>> {
  const rows = page.map(({ targetId, data }) => ({ targetId, record: data.known ?? {}, isNew: false }));
  const supplied = await supplyPage(tx, context, target, rows);
  const rules = rulesOf(target);
  return new Map(
    page.map(({ targetId, data }) => {
      const { supplies = [], isListed = false } = supplied.get(targetId) ?? {};
      const composed = composeFields(supplies, rules.names);
      return [targetId, restoreForce(rules, withoutEdit(data, composed), { composed, isListed })];
    }),
  );
}

async function planDerived(context: RunContext, target: UndoableTarget, progress: PlanProgress): Promise<void> {
  await inPages(context, {
    next: (tx, range) => nextDerived(tx, context, target, range),
    work: (tx, page) => planDerivedPage(tx, context, target, page),
    onPage: (rows) => progress.add(rows),
  });
}

async function planDerivedPage(
  tx: Tx,
  context: RunContext,
  target: UndoableTarget,
  page: readonly DerivedUndoItem[],
): Promise<void> {
  const identities = page.map((item) => item.data.identity);
  const current = await target.undo.findNow(tx, context.scope, identities);
  const lines = page.map(({ targetId, data, ownerChangedSince }, at): StoredDecision => {
    const { owner: externalId, before, after } = data;
    const one = { kind: target.kind, externalId, targetId, before, after, current: current[at] ?? null };
    return { ...decideDerivedUndo({ ...one, ownerChangedSince }), keys: null, pending: [] };
  });
  await addChanges(tx, context, placeOf(context.targets, target), lines);
}
