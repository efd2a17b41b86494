import { type Decision, decidePresent, type RecordCase } from './decide-change.js';
import type { Fields } from './fields.js';
import { DECISIONS, differing, type HandDecisions } from './hand-decisions.js';
import type { CurrentRow, TargetRules } from './manual-locks.js';

/** A record of the built-in source with its row. */
export interface HandCase extends Omit<RecordCase, 'current' | 'unread'> {
  readonly current: CurrentRow;
  readonly decisions: HandDecisions;
  /** Another source lists the row. */
  readonly isListed: boolean;
}

/**
 * Decides how a record of the built-in source changes its row (R11, R15, R51). Edited fields neither activate nor
 * deactivate the row; a lock deactivates it. When a lock is lifted, the sources decide again: a row that no source lists
 * stays as it is.
 */
export function decideByHand(rules: TargetRules, one: HandCase): Decision {
  const { current, decisions, isListed, ...record } = one;
  const isUnlocked = current.locked === true && decisions.locked === false;
  const unread = new Set(isUnlocked && isListed ? [] : Object.keys(rules.inForce));
  const line = decidePresent(rules, { ...record, current: { ...current, ...decisions }, unread });
  const changed = differing(decisions, current);
  if (Object.keys(changed).length === 0) return line;
  const former = Object.keys(changed).map((name) => [name, decisionsOf(current)[name]]);
  const before = { ...line.before, ...(Object.fromEntries(former) as Fields) };
  return { ...line, action: 'update', before, after: { ...line.after, ...changed } };
}

/** A row whose decisions are among its fields, as they are in lines of the built-in source. */
export function withDecisions(row: CurrentRow): CurrentRow {
  return { ...row, fields: { ...row.fields, ...decisionsOf(row) } };
}

function decisionsOf(row: CurrentRow): Fields {
  return Object.fromEntries(DECISIONS.map((name) => [name, row[name] ?? false]));
}

/**
 * The values that the undo of a task of the built-in source restores. An undone lock is lifted in the same way as by
 * hand: the sources decide whether the row is in force (R15).
 * @param before the restored values; `composed`: what the other sources supply now.
 */
export function restoreForce(
  { inForce }: TargetRules,
  before: Fields,
  { composed, isListed }: { readonly composed: Fields; readonly isListed: boolean },
): Fields {
  if (before['locked'] !== false) return before;
  const others = Object.entries(before).filter(([name]) => !Object.hasOwn(inForce, name));
  const decided = Object.entries(inForce).map(([name, value]) => [name, composed[name] ?? value] as const);
  return Object.fromEntries(isListed ? [...others, ...decided] : others);
}
