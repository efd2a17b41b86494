import type { Tx } from '../../platform/db.js';
import type { PlannedLines, Target } from '../../targets/target.js';
import { isAboutRows } from '../../platform/sql-error.js';
import { PAGE_SIZE, type RunContext } from '../run-context.js';
import { linesOf, moveMark, saveLines, writePage } from './apply-page.js';
import { failLines, withoutTaken } from './fail-lines.js';
import { type BoundLine, groupLines } from './group-lines.js';
import { type DueChange, findChanges, nextChanges } from './page.store.js';
import { checkUniqueLater, checkUniqueNow } from './save-known-records.store.js';
import { releaseSavepoint, rollBackToSavepoint, setSavepoint } from './savepoint.store.js';

/**
 * Applies all lines of a rank in the caller's transaction: unique values are checked when the last of them is written,
 * so that values can move between any number of rows (R12). @returns the number of lines.
 */
export async function applyWhole(tx: Tx, context: RunContext, target: Target, rank: number): Promise<number> {
  const done = await eachPage(tx, context, rank, (page) => writePage(tx, context, target, page));
  if (done > 0) await checkUniqueNow(tx);
  return settleWhole(tx, context, target, { rank, done });
}

/**
 * The same after the database refused a row: lines that exchange values stay in one group, and the groups are tried
 * with savepoints until the one that cannot be written is found; it fails and the others are applied.
 */
export async function applyWholeCarefully(tx: Tx, context: RunContext, target: Target, rank: number): Promise<number> {
  const bound: BoundLine[] = [];
  const done = await eachPage(tx, context, rank, (page) => {
    bound.push(...page.map((line) => toBound(target, line)));
    return Promise.resolve();
  });
  for (const groups of batched(groupLines(bound))) await tryGroups(tx, context, target, { rank, groups });
  return settleWhole(tx, context, target, { rank, done });
}

async function settleWhole(
  tx: Tx,
  context: RunContext,
  target: Target,
  { rank, done }: { rank: number; done: number },
): Promise<number> {
  if (done === 0) return 0;
  let last: PlannedLines | null = null;
  await eachPage(tx, context, rank, async (page) => {
    const lines = linesOf(page);
    if (lines) await saveLines(tx, context, target, lines);
    last = lines ?? last;
  });
  if (target.type === 'record' && target.atomic) await target.finish?.(tx, context.scope);
  if (last) await moveMark(tx, context, last);
  return done;
}

async function eachPage(
  tx: Tx,
  context: RunContext,
  rank: number,
  work: (page: readonly DueChange[]) => Promise<unknown>,
): Promise<number> {
  let done = 0;
  let after = 0n;
  for (;;) {
    const page = await nextChanges(tx, context, { rank, after, limit: PAGE_SIZE });
    await work(page);
    done += page.length;
    if (page.length < PAGE_SIZE) return done;
    after = page.at(-1)?.id ?? after;
  }
}

/** The unique values that a line takes and gives up: lines that share one must be written together. */
function toBound(target: Target, { id, keys, before }: DueChange): BoundLine {
  if (target.type !== 'record') return { id, values: [] };
  const values = target.uniqueFields.flatMap((field) => {
    const given = before !== null && field in before ? (target.keyOf?.(field, before[field]) ?? null) : null;
    const taken = keys?.[field] ?? null;
    const freed = keys?.[`${field}_freed`] ?? null;
    return [given, taken, freed].flatMap((value) => (value === null ? [] : `${field}/${value}`));
  });
  return { id, values };
}

type Groups = readonly (readonly bigint[])[];

/** Chunks of groups, at most a page long; a group that is longer than a page is one chunk. */
function batched(groups: Groups): readonly Groups[] {
  const chunks: bigint[][][] = [];
  let size = PAGE_SIZE;
  for (const group of groups) {
    if (size + group.length > PAGE_SIZE) {
      chunks.push([]);
      size = 0;
    }
    chunks.at(-1)?.push([...group]);
    size += group.length;
  }
  return chunks;
}

async function tryGroups(
  tx: Tx,
  context: RunContext,
  target: Target,
  { rank, groups }: { rank: number; groups: Groups },
): Promise<void> {
  const ids = groups.flat();
  try {
    await tryPart(tx, context, target, { rank, ids });
  } catch (error) {
    if (!isAboutRows(error)) throw error;
    await rollBackToSavepoint(tx);
    if (groups.length === 1) return tryWithout(tx, context, target, { rank, ids, cause: error });
    const middle = Math.ceil(groups.length / 2);
    await tryGroups(tx, context, target, { rank, groups: groups.slice(0, middle) });
    await tryGroups(tx, context, target, { rank, groups: groups.slice(middle) });
  }
}

interface Part {
  readonly rank: number;
  readonly ids: readonly bigint[];
}

async function tryPart(tx: Tx, context: RunContext, target: Target, { rank, ids }: Part): Promise<void> {
  await setSavepoint(tx);
  await checkUniqueLater(tx);
  for (let at = 0; at < ids.length; at += PAGE_SIZE) {
    const lines = await findChanges(tx, context, { rank, ids: ids.slice(at, at + PAGE_SIZE) });
    await writePage(tx, context, target, lines);
  }
  await checkUniqueNow(tx);
  await releaseSavepoint(tx);
}

/** Writes a refused group without the values that other rows have by now; otherwise it fails. */
async function tryWithout(
  tx: Tx,
  context: RunContext,
  target: Target,
  { cause, ...part }: Part & { readonly cause: unknown },
): Promise<void> {
  const lines = await findChanges(tx, context, part);
  if (await withoutTaken(tx, context, target, { lines, cause })) {
    try {
      return await tryPart(tx, context, target, part);
    } catch (error) {
      if (!isAboutRows(error)) throw error;
      await rollBackToSavepoint(tx);
    }
  }
  await failLines(tx, context, target, { lines, cause });
}
