import type { EditProblem } from '../../api/edit.js';

/** Problems at their fields, and those that belong to no field of the form. */
export interface SortedProblems {
  readonly byField: ReadonlyMap<string, string>;
  readonly rest: readonly EditProblem[];
}

/** Sorts problems by the fields of a form. Several at one field are one text; `words` makes the text of each. */
export function sortProblems(
  problems: readonly EditProblem[],
  names: readonly string[],
  words: (problem: EditProblem) => string = textOf,
): SortedProblems {
  const byField = new Map<string, string>();
  const rest: EditProblem[] = [];
  for (const problem of problems) {
    const name = names.find((one) => one === problem.field || `fields.${one}` === problem.field);
    if (name === undefined) rest.push(problem);
    else byField.set(name, [byField.get(name), words(problem)].filter(Boolean).join('; '));
  }
  return { byField, rest };
}

/** A problem in words, with its code. */
export function textOf({ message, code }: EditProblem): string {
  return code === null ? message : `${message} (${code})`;
}
