import type { EditAnswer, EditProblem } from '../../api/edit.js';
import { toProblem } from '../../api/problem.js';

/** Refusals of a place in the tree: they concern the parent, and the answer has no `errors`. */
const PLACEMENTS: ReadonlySet<string> = new Set(['cycle', 'too_deep']);

/** What the last answer says of single fields: those that were left out, or those that were refused. */
export function listProblems(last: {
  readonly data: EditAnswer | undefined;
  readonly error: Error | null;
}): readonly EditProblem[] {
  if (!last.error) return last.data?.problems ?? [];
  const { code, message, errors } = toProblem(last.error);
  if (PLACEMENTS.has(code)) return [{ field: 'parentId', code, message }];
  // The code belongs to the first error only, unless each of them is a reference.
  const own = code === 'invalid_reference' ? code : null;
  return errors.map(({ path, message: text }) => ({ field: path, code: own, message: text }));
}
