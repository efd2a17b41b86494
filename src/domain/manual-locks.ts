import type { Fields } from './change.js';
import { composeFields } from './compose-fields.js';
import type { FieldProblem } from './field-problem.js';
import type { RecordKind } from './record.js';

/** A lock by hand outlasts every source (R15); a protected row is never taken out of force (R11). */
export function keepManualLocks(rules: TargetRules, current: CurrentRow, wanted: Fields): Fields {
  if (current.locked) return { ...wanted, ...rules.removed };
  if (!current.protected) return wanted;
  return removes(rules, wanted).length > 0 ? { ...wanted, ...rules.inForce } : wanted;
}

/**
 * Finds the fields of a record that would take a protected row out of force. The row stays in force, so the answer must
 * not say that these fields were used (R11). No field is named where another source of the row overrules the record.
 */
export function protectedProblems(
  rules: TargetRules,
  one: { readonly current: CurrentRow | null; readonly record: Fields; readonly supplies: readonly Fields[] },
): FieldProblem[] {
  const { current, record, supplies } = one;
  if (!current?.protected || current.locked || removes(rules, record).length === 0) return [];
  const message = 'The user is protected and stays active: remove the protection first.';
  const refused = removes(rules, composeFields(supplies, rules.names));
  return refused.map((field) => ({ field, code: 'protected', message }));
}

function removes(rules: TargetRules, wanted: Fields): string[] {
  return Object.entries(rules.removed).flatMap(([name, value]) => (wanted[name] === value ? [name] : []));
}

/** What a decision needs to know of the landing place. */
export interface TargetRules {
  readonly kind: RecordKind;
  /** Fields and reference columns that sources supply. */
  readonly names: readonly string[];
  /** Fields that a new row can't do without. */
  readonly required: readonly string[];
  readonly inForce: Fields;
  readonly removed: Fields;
}

/** The row that a record lands in, as it is now. */
export interface CurrentRow {
  readonly version: number;
  readonly fields: Fields;
  readonly protected?: boolean;
  readonly locked?: boolean;
}
