import { decidePresent } from '../../domain/decide-change.js';
import type { LandingRules } from '../../domain/landing.js';
import { mergeRecords } from '../../domain/merge-records.js';
import type { Tx } from '../../platform/db.js';
import { mapInStretches } from '../../platform/in-stretches.js';
import type { DerivedFrom, RecordTarget } from '../../targets/target.js';
import type { RunContext } from '../run-context.js';
import { addChanges, type ChangePlace, type StoredDecision } from './changes.store.js';
import { claimedKeys } from './claimed-keys.js';
import { streamPages } from './in-pages.js';
import { type DerivedPlans, planDerived } from './plan-derived.js';
import { type RowSupplies, supplyPage } from './supply-page.js';
import { nextRecords, type WorkItem } from './worklist.store.js';

/** Where the lines of a target go. */
export interface PlanTarget {
  readonly target: RecordTarget;
  readonly rules: LandingRules;
  readonly place: ChangePlace;
}

/** Plans what the records on the work list do to their rows and to what derives from them, a page a transaction. */
export async function planRecords(
  context: RunContext,
  plan: PlanTarget,
  onPage: (records: number) => void,
): Promise<void> {
  await streamPages(context, {
    next: (tx, range) => nextRecords(tx, context, plan.target.kind, range),
    make: (tx, page) => planPage(tx, context, plan, page),
    write: async (tx, parts) => {
      for (const { place, lines } of parts) await addChanges(tx, context, place, lines);
    },
    onPage,
  });
}

/** A record of the page with the row that it lands in. */
interface Landing {
  readonly item: WorkItem;
  readonly targetId: string;
  readonly link: 'linked' | 'ended' | 'never';
  /** Everything that the source is known to say, this read included. */
  readonly record: Readonly<Record<string, unknown>>;
}

/** Lines of a page for one target. */
interface PlanPart {
  readonly place: ChangePlace;
  readonly lines: readonly StoredDecision[];
}

async function planPage(
  tx: Tx,
  context: RunContext,
  { target, rules, place }: PlanTarget,
  page: readonly WorkItem[],
): Promise<readonly PlanPart[]> {
  const landings = await mapInStretches(page, toLanding);
  const existing = landings.filter((one) => !isNew(one)).map((one) => one.targetId);
  const current = new Map((await target.findByIds(tx, existing)).map((row) => [row.id, row]));
  const rows = landings.map((one) => ({ targetId: one.targetId, record: one.record, isNew: isNew(one) }));
  const supplied = await supplyPage(tx, context, target, rows);
  const lines = await mapInStretches(landings, (one): StoredDecision => {
    const { supplies, pending } = supplied.get(one.targetId) ?? NOTHING;
    const { externalId, matched } = one.item;
    const row = current.get(one.targetId) ?? null;
    const { targetId, link } = one;
    const decision = decidePresent(rules, {
      externalId,
      origin: null,
      targetId,
      link,
      matched,
      current: row,
      supplies,
    });
    const known = one.item.state === 'present' ? one.item.known : null;
    return { ...decision, keys: claimedKeys(target, decision.after), pending: [...pending], known };
  });
  const derived = await planDerived(tx, context, target.kind, toOwners(landings, lines));
  return [{ place, lines: withDerived(lines, derived) }, ...derived.plans];
}

const NOTHING: RowSupplies = { supplies: [], pending: [] };

function toLanding(item: WorkItem): Landing {
  const targetId = item.knownId ?? item.newId;
  if (targetId === null) throw new Error('A record on the work list has no row id.');
  const link = item.knownId === null ? 'never' : item.ended ? 'ended' : 'linked';
  return { item, targetId, link, record: mergeRecords(item.known ?? {}, item.data ?? {}) };
}

function isNew({ item, link }: Landing): boolean {
  return link === 'never' && !item.matched;
}

/** Records that were skipped have nothing that derives from them. */
function toOwners(landings: readonly Landing[], lines: readonly StoredDecision[]): DerivedFrom[] {
  return landings.flatMap((one, at) => {
    const line = lines[at];
    if (!line || line.action === 'skip') return [];
    const { targetId, record } = one;
    const rowIsNew = line.version === null;
    return [{ externalId: one.item.externalId, targetId, isNew: rowIsNew, record, origin: null }];
  });
}

function withDerived(lines: readonly StoredDecision[], { ownerFields, pending }: DerivedPlans): StoredDecision[] {
  return lines.map((line) => {
    const extra = line.version === null && line.after ? ownerFields.get(line.externalId ?? '') : undefined;
    const waiting = line.action === 'skip' ? [] : (pending.get(line.externalId ?? '') ?? []);
    return {
      ...line,
      after: extra ? { ...line.after, ...extra } : line.after,
      pending: line.action === 'skip' ? [] : [...line.pending, ...waiting],
    };
  });
}
