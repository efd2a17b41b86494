import { type PlannedChange, skip } from '../../domain/change.js';
import { customFieldsOf, type Fields } from '../../domain/fields.js';
import type { UnfitFields } from '../../domain/custom-fields.js';
import { decideByHand } from '../../domain/decide-by-hand.js';
import { decidePresent } from '../../domain/decide-change.js';
import { damagedFields, type StagedFieldProblem } from '../../domain/field-problem.js';
import { decisionsIn } from '../../domain/hand-decisions.js';
import { protectedProblems, type TargetRules } from '../../domain/manual-locks.js';
import { mergeCustomFields } from '../../domain/merge-custom-fields.js';
import { isManual } from '../../domain/manual-source.js';
import { mergeRecords } from '../../domain/merge-records.js';
import type { RecordKind } from '../../domain/record.js';
import { applyReleases } from '../../domain/released-fields.js';
import type { Tx } from '../../platform/db.js';
import { mapInChunks } from '../../platform/long-work.js';
import type { RecordTarget } from '../../targets/target.js';
import type { RunContext } from '../run-context.js';
import { addChanges, type ChangePlace, type StoredDecision } from './changes.store.js';
import { claimedKeys, type DerivedOwner, type DerivedPlans, planDerived } from './plan-result.js';
import { streamPages } from './in-pages.js';
import { type RowSupplies, supplyPage } from './supply-page.js';
import { type MergedRecord, nextRecords, saveMerged, type WorkItem } from './worklist.store.js';

/** The target of the lines, and their position in the plan. */
export interface PlanTarget {
  readonly target: RecordTarget;
  readonly rules: TargetRules;
  readonly place: ChangePlace;
}

/** Plans the changes of the records on the work list to their rows and derived rows, one page per transaction. */
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

/** A record of the page with its row. */
interface Landing {
  readonly item: WorkItem;
  readonly targetId: string;
  readonly link: 'linked' | 'ended' | 'never';
  /** All known fields of the source, this read included. */
  readonly record: Readonly<Record<string, unknown>>;
  /** Custom fields of this read that exceed the limits together with the known ones (R2). */
  readonly unfit: readonly UnfitFields[];
  /** Fields that the record releases, as nulls (R51). */
  readonly released?: Fields;
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
  const byHand = isManual(context.source.id);
  const landings = await mapInChunks(page, byHand ? toEditedRow : toLanding);
  await saveMerged(tx, context, target.kind, landings.flatMap(toMerged));
  const existing = landings.filter((one) => !isNew(one)).map((one) => one.targetId);
  const current = new Map((await target.findByIds(tx, existing)).map((row) => [row.id, row]));
  const rows = landings.map((one) => ({ ...one, isNew: isNew(one) }));
  const supplied = await supplyPage(tx, context, target, rows);
  const lines = await mapInChunks(landings, (one): StoredDecision => {
    const { supplies, pending, isListed } = supplied.get(one.targetId) ?? NOTHING;
    const { externalId, matched, movedFrom } = one.item;
    const row = current.get(one.targetId) ?? null;
    const { targetId, link } = one;
    if (byHand && row === null) return { ...rowIsGone(target.kind, one.item), keys: null, pending: [] };
    const record = { externalId, origin: null, targetId, link, matched, movedFrom, supplies };
    const decision =
      byHand && row
        ? decideByHand(rules, { ...record, current: row, decisions: decisionsIn(one.item.data ?? {}), isListed })
        : decidePresent(rules, { ...record, current: row, unread: damagedFields(one.item.problems) });
    const known = one.item.state === 'present' ? one.item.known : null;
    const refused = one.item.matched ? [] : protectedProblems(rules, { current: row, record: one.record, supplies });
    const problems = [...problemsOf(one), ...(decision.problems ?? []), ...refused];
    return {
      ...decision,
      keys: claimedKeys(target, decision.after),
      pending: [...pending],
      known,
      problems: problems.length > 0 ? problems : null,
    };
  });
  const derived = await planDerived(tx, context, target.kind, toOwners(context, landings, lines));
  return [{ place, lines: withDerived(lines, derived) }, ...derived.plans];
}

const NOTHING: RowSupplies = { supplies: [], pending: [], isListed: false };

function toLanding(item: WorkItem): Landing {
  const targetId = item.knownId ?? item.newId;
  if (targetId === null) throw new Error('A record on the work list has no row id.');
  const link = item.knownId === null ? 'never' : item.ended ? 'ended' : 'linked';
  const { record, unfit } = mergeWithinLimits(item);
  return { item, targetId, link, record, unfit };
}

function rowIsGone(kind: RecordKind, { externalId }: WorkItem): PlannedChange {
  return skip(kind, externalId, { code: 'target_missing', message: `There is no ${kind} ${externalId} any more.` });
}

/**
 * A record of the built-in source edits the row of its id (R51): it never creates one, and released fields are no
 * longer supplied.
 */
function toEditedRow({ known, ...item }: WorkItem): Landing {
  const targetId = item.knownId ?? item.newId;
  if (targetId === null) throw new Error('A record on the work list has no row id.');
  const before = applyReleases(known ?? {}, item.data ?? {});
  const { record, unfit } = mergeWithinLimits({ ...item, known: before.known, data: before.said });
  const { released } = before;
  return { item: { ...item, known: known ?? {} }, targetId, link: 'linked', record, unfit, released };
}

function mergeWithinLimits({
  known,
  data,
  problems,
}: Pick<WorkItem, 'known' | 'data' | 'problems'>): Pick<Landing, 'record' | 'unfit'> {
  const record = mergeRecords(known ?? {}, data ?? {}, damagedFields(problems));
  if (!data?.['attributes']) return { record, unfit: [] };
  const { kept, unfit } = mergeCustomFields(customFieldsOf(known), customFieldsOf(data));
  return { record: { ...record, attributes: kept }, unfit };
}

function problemsOf({ item, unfit }: Landing): readonly StagedFieldProblem[] {
  return [...(item.problems ?? []), ...unfit.map(({ problem }) => problem)];
}

/**
 * Records that are saved differently from what was read: a list with left-out items keeps its known items, and custom
 * fields beyond the limits are left out. The next plan of the same task finds their problems on the work list.
 */
function toMerged(landing: Landing): MergedRecord[] {
  const { item, record, unfit } = landing;
  const lists = [...damagedFields(item.problems)].filter((field) => Array.isArray(item.data?.[field]));
  if (lists.length === 0 && unfit.length === 0) return [];
  const fields = Object.fromEntries(lists.map((field) => [field, record[field]]));
  if (unfit.length === 0) return [{ externalId: item.externalId, fields }];
  const names = new Set(unfit.flatMap((one) => one.names));
  const attributes = Object.fromEntries(Object.entries(customFieldsOf(item.data)).filter(([name]) => !names.has(name)));
  return [{ externalId: item.externalId, fields: { ...fields, attributes }, problems: problemsOf(landing) }];
}

function isNew({ item, link }: Landing): boolean {
  return link === 'never' && !item.matched;
}

/** Skipped records have no derived rows. */
function toOwners(
  { source }: RunContext,
  landings: readonly Landing[],
  lines: readonly StoredDecision[],
): DerivedOwner[] {
  return landings.flatMap((one, at) => {
    const line = lines[at];
    if (!line || line.action === 'skip') return [];
    const { targetId, record } = one;
    const rowIsNew = line.version === null;
    const takesOver = one.item.takesOver && source.removal !== 'keep';
    return [{ externalId: one.item.externalId, targetId, isNew: rowIsNew, record, origin: null, takesOver }];
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
