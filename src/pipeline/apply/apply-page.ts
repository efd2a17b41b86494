import type { Tx } from '../../platform/db.js';
import type { PlannedLines, Target, TargetWrite } from '../../targets/target.js';
import type { RunContext } from '../run-context.js';
import { type DueChange, failChanges, saveMark } from './page.store.js';
import { restoreKnownRecords } from './load-known-records.store.js';
import { checkUniqueNow, endLinks, savePendingReferences, saveKnownRecords } from './save-known-records.store.js';

/** Applies lines of one target and rank and moves the progress mark after the last one, in the caller's transaction. */
export async function applyAndMark(
  tx: Tx,
  context: RunContext,
  target: Target,
  page: readonly DueChange[],
): Promise<void> {
  await applyPage(tx, context, target, page);
  const lines = linesOf(page);
  if (lines) await moveMark(tx, context, lines);
}

/** Applies lines of one target and rank. Call `moveMark` in the same transaction, at its end. */
export async function applyPage(
  tx: Tx,
  context: RunContext,
  target: Target,
  page: readonly DueChange[],
): Promise<void> {
  await writePage(tx, context, target, page);
  if (target.type === 'record' && target.uniqueFields.length > 0) await checkUniqueNow(tx);
  const lines = linesOf(page);
  if (lines) await saveLines(tx, context, target, lines);
}

/** Writes the rows of a page. Lines whose row was changed meanwhile are recorded as failed. */
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

/** The range of the lines of a page, or null for an empty page. */
export function linesOf(page: readonly DueChange[]): PlannedLines | null {
  const [first, last] = [page[0], page.at(-1)];
  return first && last ? { rank: first.rank, from: first.id, to: last.id } : null;
}

/** Saves the records and links of written lines. `moveMark` moves the mark, at the end of the transaction. */
export async function saveLines(tx: Tx, context: RunContext, target: Target, lines: PlannedLines): Promise<void> {
  if (target.type === 'record') {
    const applied = { ...lines, kind: target.kind };
    // First end links: a row may move from one record to another, and has at most one link of a source (R10).
    await endLinks(tx, context, applied);
    await (context.task.mode === 'undo' ? restoreKnownRecords : saveKnownRecords)(tx, context, applied);
    await savePendingReferences(tx, context, applied);
  } else {
    await target.finishPage?.(tx, context.scope, lines);
  }
}

/** Moves the mark after these lines. Locks the task's row against heartbeat and cancel: call it last. */
export async function moveMark(tx: Tx, context: RunContext, lines: PlannedLines): Promise<void> {
  await saveMark(tx, context, { rank: lines.rank, id: lines.to });
}

const CHANGED_MEANWHILE = {
  code: 'changed_meanwhile',
  message: 'Another source or a user changed the row during this task; the next task compares it again.',
};

/** @returns the rows that were not written because their version had changed. */
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
