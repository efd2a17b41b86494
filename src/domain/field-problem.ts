import { customFieldsOf, customName } from './fields.js';
/** The reason why one field of a record is left out. The other fields are used; the field keeps its value (R7). */
export interface FieldProblem {
  /**
   * The field's name; of a custom field `attributes.<name>`. `departments` = a membership could not be read, so the known
   * ones stay; `departments.<part>` (`isMain`, `isOwner`, `order`) = only that part of them could not be read.
   */
  readonly field: string;
  /** Stable, e.g. `invalid_email`. */
  readonly code: string;
  /** What is wrong with the value. */
  readonly message: string;
}

/**
 * The source does not show the field, and a new record has a substitute value instead. It is reported as long as the
 * substitute is the only known value.
 */
export const NOT_SHOWN = 'not_shown';

/** A field problem during a task, with its position in the push. */
export interface StagedFieldProblem extends FieldProblem {
  /** The push that brought the value. */
  readonly origin?: string;
  /** The record's place in that push, from 0. */
  readonly place?: number | undefined;
}

/** The key of a problem within its record: the first problem of each field counts, in a list that of each item. */
export function problemKey({ field, message }: FieldProblem): string {
  return LISTS.has(field) ? `${field}: ${message}` : field;
}

/** Fields whose items are validated one by one. */
const LISTS: ReadonlySet<string> = new Set(['departments']);

/** The problems as lists show them, without their position in a push. */
export function shownProblems(problems: readonly StagedFieldProblem[] | null): FieldProblem[] {
  return (problems ?? []).map(({ field, code, message }) => ({ field, code, message }));
}

/** Names of the fields with problems. */
export function damagedFields(problems: readonly FieldProblem[] | null): ReadonlySet<string> {
  return new Set(problems?.map((problem) => problem.field));
}

/**
 * The problems that remain when a record with `later` follows one with `earlier`: an earlier problem ends as soon as
 * the later record has a usable value of its field.
 */
export function joinProblems(
  earlier: readonly StagedFieldProblem[],
  later: { readonly value: Readonly<Record<string, unknown>>; readonly problems: readonly StagedFieldProblem[] },
): readonly StagedFieldProblem[] {
  if (earlier.length === 0) return later.problems;
  const again = new Set(later.problems.map((problem) => problem.field));
  return [...earlier.filter(({ field }) => !again.has(field) && !gives(later.value, field)), ...later.problems];
}

function gives(value: Readonly<Record<string, unknown>>, field: string): boolean {
  const custom = customName(field);
  return custom === null ? field in value : Object.hasOwn(customFieldsOf(value), custom);
}
