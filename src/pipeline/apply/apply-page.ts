import type { Tx } from '../../platform/db.js';
import type { PlannedLines, Target, TargetWrite } from '../../targets/target.js';
import type { RunContext } from '../run-context.js';
import { type DueChange, failChanges, saveMark } from './page.store.js';
import { recallRecords } from './recall.store.js';
import { checkUniqueNow, endLinks, rememberPending, rememberRecords } from './remember.store.js';

/** Applies lines of one target and rank and moves the mark behind the last one; all in the caller's transaction. */
export async function applyPage(
  tx: Tx,
  context: RunContext,
  target: Target,
  page: readonly DueChange[],
): Promise<void> {
  await writePage(tx, context, target, page);
  if (target.type === 'record' && target.uniqueFields.length > 0) await checkUniqueNow(tx);
  await settlePage(tx, context, target, page);
}

/** Writes the rows of a page. Lines whose row somebody changed meanwhile are noted as failed. */
export async function writePage(
  tx: Tx,
  context: RunContext,
  target: Target,
  page: readonly DueChange[],
): Promise<void> {
  const moved = await writeRows(tx, context, target, page);
  const late = moved.size === 0 ? [] : page.filter((line) => line.targetId !== null && moved.has(line.targetId));
  await failChanges(tx, context, late, CHANGED_MEANWHILE);
}

/** Settles the lines of a page, which follow each other in their rank. */
export async function settlePage(
  tx: Tx,
  context: RunContext,
  target: Target,
  page: readonly DueChange[],
): Promise<void> {
  const [first, last] = [page[0], page.at(-1)];
  if (first && last) await settleLines(tx, context, target, { rank: first.rank, from: first.id, to: last.id });
}

/** Remembers what written lines were made of, and moves the mark behind them. */
export async function settleLines(tx: Tx, context: RunContext, target: Target, lines: PlannedLines): Promise<void> {
  if (target.type === 'record') {
    const applied = { ...lines, kind: target.kind };
    await (context.task.mode === 'undo' ? recallRecords : rememberRecords)(tx, context, applied);
    await endLinks(tx, context, applied);
    await rememberPending(tx, context, applied);
  } else {
    await target.finishPage?.(tx, context.scope, lines);
  }
  await saveMark(tx, context, { rank: lines.rank, id: lines.to });
}

const CHANGED_MEANWHILE = {
  code: 'changed_meanwhile',
  message: 'Another source or a person changed the row while this task ran; the next task compares again.',
};

/** @returns the rows whose version had moved on, which were not written. */
async function writeRows(
  tx: Tx,
  { scope }: RunContext,
  target: Target,
  page: readonly DueChange[],
): Promise<ReadonlySet<string>> {
  const writes: Record<Verb, TargetWrite[]> = { create: [], update: [], delete: [], none: [] };
  for (const line of page) if (line.action !== 'keep') writes[verbOf(target, line)].push(toWrite(line));
  if (writes.delete.length > 0) await target.delete(tx, writes.delete, scope);
  if (writes.create.length > 0) await target.create(tx, writes.create, scope);
  return new Set(writes.update.length > 0 ? await target.update(tx, writes.update, scope) : []);
}

type Verb = 'create' | 'update' | 'delete' | 'none';

function verbOf(target: Target, { action, code, version, after }: DueChange): Verb {
  if (target.type === 'derived') return action === 'remove' ? 'delete' : action === 'create' ? 'create' : 'update';
  if (action === 'remove' && code === 'delete') return 'delete';
  if (action !== 'remove' && version === null) return 'create';
  return after === null || Object.keys(after).length === 0 ? 'none' : 'update';
}

function toWrite({ targetId, action, before, after, version }: DueChange): TargetWrite {
  if (targetId === null || action === 'keep') throw new Error('A line of the plan has no row.');
  return { id: targetId, action, before: before ?? {}, after: after ?? {}, version };
}
