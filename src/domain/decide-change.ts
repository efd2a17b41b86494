import { type ChangeAction, type Fields, type PlannedChange, skip } from './change.js';
import { composeFields } from './compose-fields.js';
import { diffFields, mergeAttributes } from './diff-fields.js';
import type { LandingRow, LandingRules } from './landing.js';
import { respectHand } from './respect-hand.js';

/** One record beside everything that bears on it. */
export interface RecordCase {
  readonly externalId: string;
  readonly origin: string | null;
  /** The row's id: linked, matched or allotted. */
  readonly targetId: string;
  /** `linked` now, `ended` once, or `never` seen before. */
  readonly link: 'linked' | 'ended' | 'never';
  /** A match key found an existing row. */
  readonly matched: boolean;
  readonly current: LandingRow | null;
  /** What each linked source supplies, this one included, highest priority first. */
  readonly supplies: readonly Fields[];
}

/** A planned line about a row, or `keep`: nothing to write but the record itself. */
export type Decision = Omit<PlannedChange, 'action'> & { readonly action: ChangeAction | 'keep' };

/** Decides what a present record does to its row (R3, R10, R11, R13, R14, R15). */
export function decidePresent(rules: LandingRules, one: RecordCase): Decision {
  const { current, externalId, link } = one;
  const wanted = { ...rules.inForce, ...composeFields(one.supplies, rules.names) };
  if (!current) return link === 'linked' ? targetMissing(rules, one) : decideNew(rules, one, wanted);
  if (one.matched && current.protected) {
    const message =
      'The match key found a protected user, whom no source may adopt: unprotect the user or link by hand.';
    return skip(rules.kind, externalId, { code: 'protected', message, targetId: one.targetId, origin: one.origin });
  }
  const difference = diffFields(current.fields, respectHand(rules, current, keepRequired(rules, wanted)));
  const action = actionOf(one);
  if (!difference && action === 'update') return decision(rules, one, 'keep', null);
  return decision(rules, one, action, difference ?? { before: {}, after: {} });
}

/** Decides what becomes of a row when its record is gone (R11, R14). */
export function decideGone(
  rules: LandingRules,
  one: Omit<RecordCase, 'link' | 'matched'>,
  policy: 'deactivate' | 'delete' | 'keep',
): Decision {
  const { current } = one;
  const gone: RecordCase = { ...one, link: 'linked', matched: false };
  if (!current) return decision(rules, gone, 'remove', null);
  if (one.supplies.length > 0) {
    const wanted = keepRequired(rules, { ...rules.inForce, ...composeFields(one.supplies, rules.names) });
    return decision(rules, gone, 'remove', diffFields(current.fields, respectHand(rules, current, wanted)));
  }
  if (current.protected) {
    const message = 'The user is protected: the source lists it no more, but it stays as it is.';
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

function decideNew(rules: LandingRules, one: RecordCase, wanted: Fields): Decision {
  const missing = rules.required.filter((name) => wanted[name] === undefined || wanted[name] === null);
  if (missing.length > 0) {
    const message = `A new ${rules.kind} needs ${missing.join(' and ')}.`;
    return skip(rules.kind, one.externalId, { code: 'missing_field', message, origin: one.origin });
  }
  const attributes = mergeAttributes({}, wanted['attributes']);
  const after = 'attributes' in wanted ? { ...wanted, attributes } : wanted;
  return { ...decision(rules, one, one.link === 'ended' ? 'restore' : 'create', { before: {}, after }), version: null };
}

/** The row was deleted by hand: making it again would bring back what somebody threw away. */
function targetMissing(rules: LandingRules, one: RecordCase): Decision {
  const message = 'The row was deleted by hand. End the link by removing the record at the source, then add it again.';
  return skip(rules.kind, one.externalId, {
    code: 'target_missing',
    message,
    targetId: one.targetId,
    origin: one.origin,
  });
}

/** Clearing a field that a row can't do without leaves it as it is. */
function keepRequired({ required }: LandingRules, wanted: Fields): Fields {
  return Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => value !== null || !required.includes(name)),
  );
}

function actionOf(one: RecordCase): ChangeAction {
  if (one.link === 'ended') return 'restore';
  return one.link === 'never' ? 'link' : 'update';
}

function decision(
  rules: LandingRules,
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
