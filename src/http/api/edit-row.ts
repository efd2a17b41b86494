import type { Fields } from '../../domain/fields.js';
import { RequestError } from '../../domain/errors.js';
import type { FieldProblem } from '../../domain/field-problem.js';
import { type EditRules, outerName, readEdit } from '../../domain/read-edit.js';
import type { Tx } from '../../platform/db.js';
import type { RecordTarget } from '../../targets/target.js';
import { type Edit, queueEdit, type QueuedEdit } from '../../tasks/inbox/queue-edit.store.js';
import { ringTask } from '../../tasks/life/ring.store.js';
import type { HttpDeps } from '../core/http-deps.js';
import { awaitResult, type PushWait } from './pushes/await-push.js';
import type { PushOutcome } from './pushes/push-schema.js';

/** What a caller edits of a row. */
export interface EditBody {
  readonly fields?: Fields | undefined;
  readonly release?: readonly string[] | undefined;
}

/** Fields of a row that were checked. */
export type CheckedEdit = Pick<Edit, 'fields' | 'released'>;

/**
 * Checks what a caller edits; null where it edits nothing.
 * @throws RequestError 422 with the code of the first field that cannot be used; `errors` names each of them.
 */
export function checkEdit(target: RecordTarget, { fields = {}, release = [] }: EditBody): CheckedEdit | null {
  if (Object.keys(fields).length === 0 && release.length === 0) return null;
  const verdict = readEdit(fields, release, editRulesOf(target));
  if (verdict.ok) return verdict;
  const errors = verdict.errors.map(({ field, message }) => ({ path: `fields.${field}`, message }));
  throw new RequestError(
    422,
    verdict.errors[0].code,
    'Nothing was edited: fields have values that cannot be used.',
    errors,
  );
}

function editRulesOf({ recordSchema: schema, placeholderFields = {}, required, references }: RecordTarget): EditRules {
  const columns = references.map(({ column, field }) => [column, field]);
  return { schema, placeholderFields, required, references: Object.fromEntries(columns) as EditRules['references'] };
}

/**
 * Checks the row that an edit names (a manager, a parent) and puts the edit into the inbox, in the caller's transaction.
 * @throws RequestError 422 invalid_reference.
 */
export async function storeEdit(tx: Tx, target: RecordTarget, edit: Edit): Promise<QueuedEdit> {
  for (const { field, column, kind } of target.references) {
    const id = edit.fields[field] as string | null | undefined;
    if (id === undefined || id === null) continue;
    const [row] = kind === target.kind ? await target.findByIds(tx, [id]) : [];
    if (row && row.fields['removed'] !== true && id !== edit.id) continue;
    const message = id === edit.id ? `is this ${kind} itself` : `there is no ${kind} ${id}`;
    const errors = [{ path: `fields.${column}`, message }];
    throw new RequestError(
      422,
      'invalid_reference',
      'Nothing was edited: the value of a field is not the id of a possible manager or parent.',
      errors,
    );
  }
  return queueEdit(tx, edit);
}

/** How an edit ended; null = it goes on. */
export interface EditOutcome {
  readonly taskId: string;
  readonly problems: readonly FieldProblem[];
}

/**
 * Rings for the task of an edit and waits until it is applied.
 * @param wait.waitS seconds.
 * @returns null when it takes longer, or the caller has no slot to wait in; the edit is safe.
 * @throws RequestError where the edit is not applied: 404 for a row that is gone, 422 `cycle` and `too_deep`, else 409.
 */
export async function awaitEdit(
  deps: HttpDeps,
  target: RecordTarget,
  { pushId, ring }: QueuedEdit,
  { waitS, beginWait }: { readonly waitS: number; readonly beginWait: PushWait['beginWait'] },
): Promise<EditOutcome | null> {
  if (ring) await ringTask(deps, ring);
  const outcome = await awaitResult(deps, { pushId, timeoutMs: waitS * 1_000, beginWait });
  // An edit is not held (R51).
  if (outcome === null || outcome.status === 'held') return null;
  if (outcome.error) throw notApplied(target, outcome.error);
  const own = outcome.resources?.find(({ kind }) => kind === target.kind);
  const [failed] = own?.failedRecords ?? [];
  if (failed) throw notApplied(target, failed);
  return { taskId: outcome.taskId, problems: problemsOf(own, editRulesOf(target)) };
}

function problemsOf(
  resource: NonNullable<PushOutcome['resources']>[number] | undefined,
  rules: EditRules,
): FieldProblem[] {
  const problems = resource?.problems?.flatMap((one) => one.problems) ?? [];
  return problems.map(({ field, code, message }) => ({ field: outerName(field, rules), code, message }));
}

function notApplied(
  { kind }: RecordTarget,
  { code, message }: { readonly code: string; readonly message: string },
): RequestError {
  if (code === 'target_missing') return new RequestError(404, `${kind}_not_found`, message);
  return new RequestError(PLACEMENTS.has(code) ? 422 : 409, code, message);
}

/** Refusals of a place in the tree. */
const PLACEMENTS: ReadonlySet<string> = new Set(['cycle', 'too_deep']);
