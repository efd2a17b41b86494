import { decideGone } from '../../domain/decide-change.js';
import type { Tx } from '../../platform/db.js';
import type { DerivedFrom } from '../../targets/target.js';
import type { RunContext } from '../run-context.js';
import { addChanges, type StoredDecision } from './changes.store.js';
import { claimedKeys, planDerived } from './plan-result.js';
import { inPages } from './in-pages.js';
import type { PlanTarget } from './plan-records.js';
import { supplyPage } from './supply-page.js';
import { type GoneItem, nextGone, recheckRows } from './worklist.store.js';

/** Plans the changes of rows whose records are gone; records that refer to them are compared again (R14, R21). */
export async function planGone(
  context: RunContext,
  plan: PlanTarget,
  onPage: (records: number) => void,
): Promise<void> {
  await inPages(context, {
    next: (tx, range) => nextGone(tx, context, plan.target.kind, range),
    work: (tx, page) => planPage(tx, context, plan, page),
    onPage,
  });
}

/** A line of the plan, or a link that an interrupted task had ended already. */
type GoneLine = Pick<StoredDecision, 'externalId' | 'targetId'> & Partial<Pick<StoredDecision, 'origin'>>;

async function planPage(
  tx: Tx,
  context: RunContext,
  { target, rules, place }: PlanTarget,
  page: readonly GoneItem[],
): Promise<void> {
  const linked = page.filter((item) => !item.ended && !item.moved);
  const ids = linked.map((item) => item.targetId);
  const current = new Map((await target.findByIds(tx, ids)).map((row) => [row.id, row]));
  const rows = ids.map((targetId) => ({ targetId, record: null, isNew: false }));
  const supplied = await supplyPage(tx, context, target, rows);
  const lines = linked.map(({ externalId, targetId, problems }): StoredDecision => {
    // An edit by hand alone does not keep a row in force (R14, R51).
    const { supplies, isListed } = supplied.get(targetId) ?? { supplies: [], isListed: false };
    const one = {
      externalId,
      origin: null,
      targetId,
      current: current.get(targetId) ?? null,
      supplies: isListed ? supplies : [],
    };
    const decision = decideGone(rules, one, { policy: context.source.removal, leaves: context.task.mode === 'remove' });
    return { ...decision, keys: claimedKeys(target, decision.after), pending: [], problems };
  });
  const removed = lines.filter((line) => line.action === 'remove');
  const gone = [...removed, ...page.filter((item) => item.ended && !item.moved)];
  const derived = await planDerived(tx, context, target.kind, owners(context, gone));
  await addChanges(tx, context, place, lines);
  for (const plan of derived.plans) await addChanges(tx, context, plan.place, plan.lines);
  if (context.source.removal === 'keep') return;
  await recheckReferrers(tx, context, target.kind, [...gone, ...page.filter((item) => item.moved)]);
}

/** With the policy `keep` only the link ends; the user stays (R14). */
function owners({ source }: RunContext, gone: readonly GoneLine[]): DerivedFrom[] {
  if (source.removal === 'keep') return [];
  return gone.flatMap(({ externalId, targetId, origin = null }) =>
    externalId !== null && targetId !== null ? [{ externalId, targetId, isNew: false, record: null, origin }] : [],
  );
}

async function recheckReferrers(tx: Tx, context: RunContext, kind: string, gone: readonly GoneLine[]): Promise<void> {
  const ids = gone.flatMap((line) => line.targetId ?? []);
  if (ids.length === 0) return;
  for (const target of context.targets.list()) {
    if (target.type === 'record') {
      const rows = (await target.findReferrers?.(tx, kind, ids)) ?? [];
      await recheckRows(tx, context, target.kind, rows);
    } else {
      const rows = (await target.findReferrers?.(tx, context.scope, kind, ids)) ?? [];
      for (const accepted of target.accepts) await recheckRows(tx, context, accepted, rows);
    }
  }
}
