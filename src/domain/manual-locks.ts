import type { Fields } from './fields.js';
import { composeFields } from './compose-fields.js';
import type { FieldProblem } from './field-problem.js';
import type { RecordKind } from './record.js';

/** A lock by hand takes precedence over every source (R15); a protected row stays in force (R11). */
export function keepManualLocks(rules: TargetRules, current: CurrentRow, wanted: Fields): Fields {
  if (current.locked) return { ...wanted, ...rules.removed };
  if (!current.protected) return wanted;
  return removes(rules, wanted).length > 0 ? { ...wanted, ...rules.inForce } : wanted;
}

/**
 * Finds the fields of a record that would take a protected row out of force. The row stays in force, so the fields are
 * reported as not used (R11). None is reported if another source of the row takes precedence over the record.
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

/** The rules of a target that decisions depend on. */
export interface TargetRules {
  readonly kind: RecordKind;
  /** Fields and reference columns that sources supply. */
  readonly names: readonly string[];
  /** Required fields of a new row. */
  readonly required: readonly string[];
  readonly inForce: Fields;
  readonly removed: Fields;
}

/** The current state of the row of a record. */
export interface CurrentRow {
  readonly version: number;
  readonly fields: Fields;
  readonly protected?: boolean;
  readonly locked?: boolean;
}
