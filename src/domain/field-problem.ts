/** Why one field of a record is left out. The record itself is used; what was known of the field stays (R7). */
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
 * The source does not show the field, and a stand-in has its place in a new record. It is named for as long as the
 * stand-in is what is known.
 */
export const NOT_SHOWN = 'not_shown';

/** A field problem on its way through a task, with the place that it comes from. */
export interface StagedFieldProblem extends FieldProblem {
  /** The push that brought the value. */
  readonly origin?: string;
  /** The record's place in that push, from 0. */
  readonly place?: number | undefined;
}

/** Tells problems of one record apart: one a field, the first; of a list one for each item. */
export function problemKey({ field, message }: FieldProblem): string {
  return LISTS.has(field) ? `${field}: ${message}` : field;
}

/** Fields whose items are judged one by one. */
const LISTS: ReadonlySet<string> = new Set(['departments']);

/** The problems that a list shows, without where they come from. */
export function shownProblems(problems: readonly StagedFieldProblem[] | null): FieldProblem[] {
  return (problems ?? []).map(({ field, code, message }) => ({ field, code, message }));
}

/** Names of the fields that lost something. */
export function damagedFields(problems: readonly FieldProblem[] | null): ReadonlySet<string> {
  return new Set(problems?.map((problem) => problem.field));
}

/**
 * The problems that stay when one source says `later` after `earlier`: an earlier one goes as soon as the later record
 * has a usable value of its field.
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
  if (!field.startsWith(CUSTOM)) return field in value;
  return Object.hasOwn(value['attributes'] ?? {}, field.slice(CUSTOM.length));
}

const CUSTOM = 'attributes.';
