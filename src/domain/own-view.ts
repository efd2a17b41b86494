import { isDeepStrictEqual } from 'node:util';
import type { ShownAction } from './change.js';
import type { Fields } from './fields.js';
import type { FieldProblem } from './field-problem.js';

/** What one source itself supplied for the row of a line of its task; references as ids of rows. */
export interface OwnSupply {
  /** Before the task; null = nothing. */
  readonly before: Fields | null;
  /** When the task planned the line; null = nothing, for example for a record that is gone. */
  readonly after: Fields | null;
  /** The source links the row, or the line creates it. */
  readonly isOwnRow: boolean;
  /** The line creates a row that no other source can have linked yet. */
  readonly isNewRow: boolean;
}

/** The parts of a line that can contain values of other sources. */
export interface ShownLine {
  readonly targetId: string | null;
  readonly action: ShownAction;
  readonly before: Fields | null;
  readonly after: Fields | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly problems: readonly FieldProblem[];
}

/** A line without values of other sources. */
export interface OwnLine extends ShownLine {
  /** Something is left out. */
  readonly partlyHidden: boolean;
}

/**
 * A line of a row that several sources may share, as it is shown to a key narrowed to one of them: values that the
 * source itself supplied, and null, which is no value. Whether a removed or restored row is in force is shown. All
 * other fields, and messages with ids of other rows, are left out.
 *
 * @param inForce the fields that decide whether a row is in force, with the values for a record without them (R4).
 */
export function ownView(line: ShownLine, supply: OwnSupply, inForce: Fields): OwnLine {
  const messages = ownMessages(line);
  if (supply.isNewRow) return { ...line, ...messages, partlyHidden: false };
  const statesForce = line.action === 'remove' || line.action === 'restore';
  const before = ownFields(line.before, { supplied: supply.before, inForce, statesForce });
  const after = ownFields(line.after, { supplied: supply.after, inForce, statesForce });
  const targetId = supply.isOwnRow ? line.targetId : null;
  const isHidden = targetId !== line.targetId || before.isHidden || after.isHidden;
  return { ...line, ...messages, targetId, before: before.shown, after: after.shown, partlyHidden: isHidden };
}

/**
 * A line of a row that belongs to one source, such as a membership. Left out are only the id of an owner whom the
 * source does not link, and the choice of the main department, which depends on all sources (R24).
 */
export function ownDerivedView(line: ShownLine, { isOwnRow }: Pick<OwnSupply, 'isOwnRow'>): OwnLine {
  const messages = ownMessages(line);
  const keep = ([name, value]: [string, unknown]) => name !== 'chosen' && (isOwnRow || value !== line.targetId);
  const before = only(line.before, keep);
  const after = only(line.after, keep);
  const targetId = isOwnRow ? line.targetId : null;
  const isHidden = targetId !== line.targetId || before.isHidden || after.isHidden;
  return { ...line, ...messages, targetId, before: before.shown, after: after.shown, partlyHidden: isHidden };
}

function ownMessages({ code, message, problems }: ShownLine): Pick<ShownLine, 'message' | 'problems'> {
  return {
    message: withoutForeignIds(code, message),
    problems: problems.map((one) => ({ ...one, message: withoutForeignIds(one.code, one.message) })),
  };
}

interface OwnFieldRules {
  readonly supplied: Fields | null;
  readonly inForce: Fields;
  readonly statesForce: boolean;
}

interface Shown {
  readonly shown: Fields | null;
  readonly isHidden: boolean;
}

function ownFields(fields: Fields | null, { supplied, inForce, statesForce }: OwnFieldRules): Shown {
  const effective = supplied === null ? {} : { ...inForce, ...supplied };
  const bag = only(asBag(fields?.['attributes']), ([name, value]) =>
    supplies(asBag(supplied?.['attributes']), name, value),
  );
  const rest = only(
    fields,
    ([name, value]) =>
      value === null || name === 'attributes' || (name in inForce && statesForce) || supplies(effective, name, value),
  );
  if (bag.shown === null) return rest;
  return { shown: { ...rest.shown, attributes: bag.shown }, isHidden: rest.isHidden || bag.isHidden };
}

function supplies(supplied: Fields | null, name: string, value: unknown): boolean {
  return supplied !== null && Object.hasOwn(supplied, name) && isDeepStrictEqual(supplied[name], value);
}

function asBag(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null ? (value as Fields) : null;
}

function only(fields: Fields | null, keep: (entry: [string, unknown]) => boolean): Shown {
  if (fields === null) return { shown: null, isHidden: false };
  const entries = Object.entries(fields);
  const kept = entries.filter(keep);
  return { shown: Object.fromEntries(kept), isHidden: kept.length < entries.length };
}

/** Messages for the codes whose stored message contains the id of another row, without that id. */
const WITHOUT_IDS: ReadonlyMap<string, string> = new Map([
  ['match_taken', 'The row that the match key finds is linked to another record of this source.'],
  [
    'match_ambiguous',
    'The match key finds several users, or a user whose value only looks the same: correct the value or use another match key.',
  ],
  ['value_taken', 'The value belongs to another user: change it at the source.'],
  ['value_lookalike', 'The value looks like that of another user, but is different: change it at the source.'],
]);

/** The message of a code, without ids of rows that other sources may have supplied. */
export function withoutForeignIds<Message extends string | null>(
  code: string | null,
  message: Message,
): Message | string {
  return (code === null ? undefined : WITHOUT_IDS.get(code)) ?? message;
}
