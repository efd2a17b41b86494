import { sqlError } from '../../platform/sql-error.js';
import type { Tx } from '../../platform/db.js';
import type { Target, TargetWrite } from '../../targets/target.js';
import type { RunContext } from '../run-context.js';
import { type DueChange, failChanges, saveMark } from './page.store.js';
import { checkUniqueNow, endLinks, forgetOwners, rememberPending, rememberRecords } from './remember.store.js';

/** Applies lines of one target and rank and moves the mark behind the last one; all in the caller's transaction. */
export async function applyPage(
  tx: Tx,
  context: RunContext,
  target: Target,
  page: readonly DueChange[],
): Promise<void> {
  const [first, last] = [page[0], page.at(-1)];
  if (!first || !last) return;
  const moved = await writeRows(tx, context, target, page);
  if (target.type === 'record' && target.uniqueFields.length > 0) await checkUniqueNow(tx);
  const late = page.filter((line) => line.targetId !== null && moved.has(line.targetId));
  await failChanges(tx, context, late, CHANGED_MEANWHILE);
  if (target.type === 'record') {
    const applied = { kind: target.kind, rank: first.rank, from: first.id, to: last.id };
    await rememberRecords(tx, context, applied);
    await endLinks(tx, context, applied);
    await rememberPending(tx, context, applied);
  } else {
    const owners = [...new Set(page.flatMap((line) => line.targetId ?? []))];
    await target.finishPage?.(tx, context.scope, owners);
  }
  await saveMark(tx, context, last);
}

/** Notes that a line can't be applied, and moves on. */
export async function failLine(
  tx: Tx,
  context: RunContext,
  { target, line, cause }: { target: Target; line: DueChange; cause: unknown },
): Promise<void> {
  await failChanges(tx, context, [line], explain(cause));
  if (target.type === 'derived' && line.externalId !== null) {
    for (const kind of target.accepts) await forgetOwners(tx, context, kind, [line.externalId]);
  }
  await saveMark(tx, context, line);
}

/** Whether an error is about the rows of a page, so that smaller pages can find the one row that it is about. */
export function isAboutRows(error: unknown): boolean {
  const state = sqlError(error)?.state ?? '';
  return state.startsWith('22') || state.startsWith('23');
}

const CHANGED_MEANWHILE = {
  code: 'changed_meanwhile',
  message: 'Another source or a person changed the row while this task ran; the next task compares again.',
};

async function writeRows(
  tx: Tx,
  { scope }: RunContext,
  target: Target,
  page: readonly DueChange[],
): Promise<ReadonlySet<string>> {
  const writes = page.filter((line) => line.action !== 'keep').map(toWrite);
  const creates = writes.filter((one) => one.kind === 'create').map((one) => one.write);
  const updates = writes.filter((one) => one.kind === 'update').map((one) => one.write);
  const deletes = writes.filter((one) => one.kind === 'delete').map((one) => one.write);
  const derived = target.type === 'derived';
  if (deletes.length > 0) await target.delete(tx, deletes, scope);
  if (creates.length > 0) await target.create(tx, creates, scope);
  const toUpdate = derived ? updates : updates.filter((write) => Object.keys(write.after).length > 0);
  return new Set(toUpdate.length > 0 ? await target.update(tx, toUpdate, scope) : []);

  function toWrite(line: DueChange): { kind: 'create' | 'update' | 'delete'; write: TargetWrite } {
    const { targetId, action, version } = line;
    if (targetId === null || action === 'keep') throw new Error('A line of the plan has no row.');
    const write = { id: targetId, action, before: line.before ?? {}, after: line.after ?? {}, version };
    if (action === 'remove') return { kind: derived || line.code === 'delete' ? 'delete' : 'update', write };
    const isNew = derived ? action === 'create' : version === null;
    return { kind: isNew ? 'create' : 'update', write };
  }
}

function explain(cause: unknown): { code: string; message: string } {
  const { state, constraint } = sqlError(cause) ?? { state: 'unknown', constraint: null };
  if (state === '23505') {
    const message = 'Another task gave the same username, e-mail or phone to somebody else meanwhile; sync again.';
    return { code: 'value_taken', message };
  }
  const rule = constraint === null ? '' : `, rule ${constraint}`;
  return { code: 'row_refused', message: `The database refused the row (SQLSTATE ${state}${rule}).` };
}
