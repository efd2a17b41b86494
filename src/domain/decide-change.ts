import { type ChangeAction, LINK_MOVED, type PlannedChange, skip } from './change.js';
import type { Fields } from './fields.js';
import { composeFields, diffFields, mergeAttributes } from './compose-fields.js';
import type { FieldProblem } from './field-problem.js';
import { type CurrentRow, keepManualLocks, type TargetRules } from './manual-locks.js';
import { limitRowFields } from './limit-row-fields.js';

/** One record with all data that its decision depends on. */
export interface RecordCase {
  readonly externalId: string;
  readonly origin: string | null;
  /** The id of the row: linked, matched or newly assigned. */
  readonly targetId: string;
  /** `linked` now, `ended` once, or `never` seen before. */
  readonly link: 'linked' | 'ended' | 'never';
  /** A match key found an existing row. */
  readonly matched: boolean;
  /** The record whose link to the row ends in this task; null or absent = none. */
  readonly movedFrom?: string | null;
  readonly current: CurrentRow | null;
  /** What each linked source supplies, this one included, highest priority first. */
  readonly supplies: readonly Fields[];
  /** Fields of the record whose values are not usable. */
  readonly unread?: ReadonlySet<string>;
}

/** A planned line about a row, or `keep`: only the record itself is written. */
export type Decision = Omit<PlannedChange, 'action'> & {
  readonly action: ChangeAction | 'keep';
  /** Custom fields beyond the limits of the row (R2, R13); null or absent = none. */
  readonly problems?: readonly FieldProblem[] | null;
};

/** Decides how a present record changes its row (R3, R10, R11, R13, R14, R15). */
export function decidePresent(rules: TargetRules, one: RecordCase): Decision {
  const { current, externalId, link } = one;
  const { fields: composed, problems } = composeRow(rules, one);
  if (!current) {
    return link === 'linked' ? targetMissing(rules, one) : { ...decideNew(rules, one, composed), ...named(problems) };
  }
  const wanted = leaveForce(rules, one, composed);
  if (one.matched && current.protected) {
    const message =
      'The match key found a protected user, which a match never links: remove the protection, then sync again.';
    return skip(rules.kind, externalId, { code: 'protected', message, targetId: one.targetId, origin: one.origin });
  }
  const difference = diffFields(current.fields, keepManualLocks(rules, current, keepRequired(rules, wanted)));
  const action = actionOf(one);
  if (!difference && action === 'update') return { ...decision(rules, one, 'keep', null), ...named(problems) };
  const line = decision(rules, one, action, difference ?? { before: {}, after: {} });
  return { ...line, ...moveOf(one, action), ...named(problems) };
}

/** Code and message with the record from which the link of the row moves (R10). */
function moveOf({ movedFrom }: RecordCase, action: ChangeAction): Partial<Pick<Decision, 'code' | 'message'>> {
  if (action !== 'link' || !movedFrom) return {};
  return { code: LINK_MOVED, message: `The account moves to this record from record ${movedFrom}, which was removed.` };
}

/** How a source treats the rows of records that are gone. */
export interface RemovalRule {
  /** R14. */
  readonly policy: 'deactivate' | 'delete' | 'keep';
  /** The source itself is being deleted: every link ends, those of protected rows too (R17). */
  readonly leaves: boolean;
}

/** Decides how a row changes when its record is gone (R11, R14, R17). */
export function decideGone(
  rules: TargetRules,
  one: Omit<RecordCase, 'link' | 'matched'>,
  { policy, leaves }: RemovalRule,
): Decision {
  const { current } = one;
  const gone: RecordCase = { ...one, link: 'linked', matched: false };
  if (!current) return decision(rules, gone, 'remove', null);
  if (one.supplies.length > 0) {
    const { fields, problems } = composeRow(rules, one);
    const wanted = keepManualLocks(rules, current, keepRequired(rules, fields));
    return { ...decision(rules, gone, 'remove', diffFields(current.fields, wanted)), ...named(problems) };
  }
  if (current.protected && leaves) {
    const message = 'The user is protected: the link ends and the user stays active.';
    return { ...decision(rules, gone, 'remove', null), code: 'protected', message };
  }
  if (current.protected) {
    const message = 'The user is protected: the source no longer lists the user, but the user stays unchanged.';
    return skip(rules.kind, one.externalId, { code: 'protected', message, targetId: one.targetId, origin: one.origin });
  }
  switch (policy) {
    case 'keep':
      return decision(rules, gone, 'remove', null);
    case 'delete':
      return { ...decision(rules, gone, 'remove', { before: current.fields, after: {} }), code: 'delete' };
    case 'deactivate':
      return decision(rules, gone, 'remove', diffFields(current.fields, rules.removed));
    default:
      return policy satisfies never;
  }
}

/** The fields that all sources together supply for the row, with custom fields within the limits. */
function composeRow(rules: TargetRules, { supplies, current }: Pick<RecordCase, 'supplies' | 'current'>) {
  const composed = { ...rules.inForce, ...composeFields(supplies, rules.names) };
  return limitRowFields(composed, supplies, current?.fields ?? {});
}

const named = (problems: readonly FieldProblem[]) => (problems.length === 0 ? {} : { problems });

/** A record whose value for being in force is not usable neither activates nor deactivates its row (R4). */
function leaveForce({ inForce }: TargetRules, { unread }: RecordCase, wanted: Fields): Fields {
  if (!unread || unread.size === 0) return wanted;
  return Object.fromEntries(Object.entries(wanted).filter(([name]) => !(name in inForce && unread.has(name))));
}

/** A new row is in force only if its record has a usable value for it (R4). */
function decideNew(rules: TargetRules, one: RecordCase, composed: Fields): Decision {
  const isUnread = Object.keys(rules.inForce).some((name) => one.unread?.has(name));
  const wanted = isUnread ? { ...composed, ...rules.removed } : composed;
  const missing = rules.required.filter((name) => wanted[name] === undefined || wanted[name] === null);
  if (missing.length > 0) {
    const message = `A new ${rules.kind} needs ${missing.join(' and ')}.`;
    return skip(rules.kind, one.externalId, { code: 'missing_field', message, origin: one.origin });
  }
  const attributes = mergeAttributes({}, wanted['attributes']);
  const after = 'attributes' in wanted ? { ...wanted, attributes } : wanted;
  return { ...decision(rules, one, one.link === 'ended' ? 'restore' : 'create', { before: {}, after }), version: null };
}

/** The row was deleted by hand: creating it again would undo that deletion. */
function targetMissing(rules: TargetRules, one: RecordCase): Decision {
  const message = 'The row was deleted by hand. End the link by removing the record at the source, then add it again.';
  return skip(rules.kind, one.externalId, {
    code: 'target_missing',
    message,
    targetId: one.targetId,
    origin: one.origin,
  });
}

/** Clearing a required field leaves it unchanged. */
function keepRequired({ required }: TargetRules, wanted: Fields): Fields {
  return Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => value !== null || !required.includes(name)),
  );
}

function actionOf(one: RecordCase): ChangeAction {
  if (one.link === 'ended') return 'restore';
  return one.link === 'never' ? 'link' : 'update';
}

function decision(
  rules: TargetRules,
  one: Pick<RecordCase, 'externalId' | 'targetId' | 'current' | 'origin'>,
  action: Decision['action'],
  difference: { before: Fields; after: Fields } | null,
): Decision {
  return {
    kind: rules.kind,
    externalId: one.externalId,
    targetId: one.targetId,
    action,
    before: difference?.before ?? null,
    after: difference?.after ?? null,
    version: one.current?.version ?? null,
    code: null,
    message: null,
    origin: one.origin,
  };
}
