import type { Tx } from '../../platform/db.js';
import type { PlannedLines, Target } from '../../targets/target.js';
import { fenced, moveTask, saveProgress } from '../fenced.store.js';
import { PAGE_SIZE, PLAIN_PAGE, type RunContext } from '../run-context.js';
import { isAboutRows } from '../../platform/sql-error.js';
import { applyAndMark, applyPage, linesOf, moveMark, saveLines } from './apply-page.js';
import { applyWhole, applyWholeCarefully } from './apply-whole.js';
import { failLines, withoutTaken } from './fail-lines.js';
import { restorePendingReferences } from './load-known-records.store.js';
import { countDue, type DueChange, nextChanges, nextPlain, readMark, saveMark } from './page.store.js';
import { checkUniqueNow } from './save-known-records.store.js';

/**
 * Writes the plan: target by target, a page and its mark in one transaction. Continues after the mark after a crash.
 */
export async function apply(context: RunContext): Promise<void> {
  const { run, targets } = context;
  const { total, done, ranks } = await fenced(context, async (tx) => {
    const due = await countDue(tx, context);
    await moveTask(tx, run, 'applying', 'apply');
    return due;
  });
  run.report({ phase: 'apply', line: `apply began: ${total - done} changes`, done, total });
  const progress = { done, total };
  for (const target of targets.list()) {
    const rank = targets.rankOf(target) * 2;
    if (ranks.includes(rank)) await applyRank(context, target, { rank, whole: true, progress });
    if (!ranks.includes(rank) && !ranks.includes(rank + 1)) continue;
    const whole = target.type === 'record' && target.atomic;
    await applyRank(context, target, { rank: rank + 1, whole, progress });
  }
  if (context.task.mode === 'undo') await fenced(context, (tx) => restorePendingReferences(tx, context));
  if (context.task.mode === 'recompose') await fenced(context, (tx) => settleOrder(tx, context));
  run.report({ phase: 'apply', line: `apply finished: ${progress.done} changes`, ...progress });
}

async function settleOrder(tx: Tx, { targets, scope }: RunContext): Promise<void> {
  for (const target of targets.list()) if (target.type === 'derived') await target.settleOrder?.(tx, scope);
}

interface RankJob {
  readonly rank: number;
  /** All of the rank in one transaction. */
  readonly whole: boolean;
  readonly progress: { done: number; readonly total: number };
}

async function applyRank(context: RunContext, target: Target, job: RankJob): Promise<void> {
  for (;;) {
    const { done, ended } = await (job.whole ? applyAll(context, target, job) : applyNext(context, target, job));
    job.progress.done += done;
    if (done > 0) context.run.report({ phase: 'apply', ...job.progress });
    if (ended) return;
  }
}

/** The lines of a rank that a transaction applied, and whether it was the last one. */
interface Step {
  readonly done: number;
  readonly ended: boolean;
}

/** Applies a whole rank in one transaction; if the database refuses a row, again in a way that finds the row. */
async function applyAll(context: RunContext, target: Target, job: RankJob): Promise<Step> {
  const attempt = (write: typeof applyWhole) =>
    fenced(context, async (tx) => {
      const mark = await readMark(tx, context);
      const done = mark.rank >= job.rank ? 0 : await write(tx, context, target, job.rank);
      await saveDone(tx, context, job, done);
      return { done, ended: true };
    });
  try {
    return await attempt(applyWhole);
  } catch (error) {
    if (!isAboutRows(error)) throw error;
    return attempt(applyWholeCarefully);
  }
}

/** Applies one page in one transaction; if the database refuses a row, smaller pages until the row is found. */
async function applyNext(context: RunContext, target: Target, job: RankJob): Promise<Step> {
  try {
    return await fenced(context, async (tx) => {
      const after = await markIn(tx, context, job.rank);
      if (after === null) return { done: 0, ended: true };
      const due = { ...job, after };
      const step = (await applyPlain(tx, context, target, due)) ?? (await applyLines(tx, context, target, due));
      // With the last page: a mark after it means that this is done too.
      if (step.ended && target.type === 'record') await target.finish?.(tx, context.scope);
      if (step.lines) await moveMark(tx, context, step.lines);
      await saveDone(tx, context, job, step.done);
      return step;
    });
  } catch (error) {
    if (!isAboutRows(error)) throw error;
    const page = await fenced(context, (tx) => takePage(tx, context, job));
    if (page.length === 0) throw error;
    await applyHalves(context, target, page);
    return { done: page.length, ended: false };
  }
}

/** A step whose mark is not moved yet. */
interface UnmarkedStep extends Step {
  readonly lines: PlannedLines | null;
}

interface DueJob extends RankJob {
  /** The last line that is applied. */
  readonly after: bigint;
}

/** Applies lines that only create rows, without reading them. @returns null if the next page has others, or none. */
async function applyPlain(tx: Tx, context: RunContext, target: Target, job: DueJob): Promise<UnmarkedStep | null> {
  if (!target.createPlanned) return null;
  const lines = await nextPlain(tx, context, target, { ...job, limit: PLAIN_PAGE });
  if (!lines) return null;
  await target.createPlanned(tx, context.scope, lines);
  if (target.type === 'record' && target.uniqueFields.length > 0) await checkUniqueNow(tx);
  await saveLines(tx, context, target, lines);
  return { done: lines.count, ended: lines.count < PLAIN_PAGE, lines };
}

async function applyLines(tx: Tx, context: RunContext, target: Target, job: DueJob): Promise<UnmarkedStep> {
  const page = await nextChanges(tx, context, { ...job, limit: PAGE_SIZE });
  if (page.length > 0) await applyPage(tx, context, target, page);
  return { done: page.length, ended: page.length < PAGE_SIZE, lines: linesOf(page) };
}

async function saveDone(tx: Tx, { run }: RunContext, { progress }: RankJob, done: number): Promise<void> {
  if (done > 0) await saveProgress(tx, run, { phase: 'apply', ...progress, done: progress.done + done, lasting: true });
}

async function takePage(tx: Tx, context: RunContext, { rank }: RankJob): Promise<readonly DueChange[]> {
  const after = await markIn(tx, context, rank);
  return after === null ? [] : nextChanges(tx, context, { rank, after, limit: PAGE_SIZE });
}

/** The last line of the rank that is applied, 0 when none is; null if the mark has passed the rank. */
async function markIn(tx: Tx, context: RunContext, rank: number): Promise<bigint | null> {
  const mark = await readMark(tx, context);
  if (mark.rank > rank) return null;
  return mark.rank === rank ? mark.id : 0n;
}

async function applyHalves(context: RunContext, target: Target, page: readonly DueChange[]): Promise<void> {
  if (page.length === 0) return;
  try {
    await fenced(context, (tx) => applyAndMark(tx, context, target, page));
  } catch (error) {
    if (!isAboutRows(error)) throw error;
    const [line] = page;
    if (page.length === 1 && line) return applyWithout(context, target, line, error);
    const middle = Math.ceil(page.length / 2);
    await applyHalves(context, target, page.slice(0, middle));
    await applyHalves(context, target, page.slice(middle));
  }
}

/** Applies a refused line without the values that another row has by now; otherwise it fails. */
async function applyWithout(context: RunContext, target: Target, line: DueChange, cause: unknown): Promise<void> {
  try {
    const lines = await fenced(context, async (tx) => {
      const left = await withoutTaken(tx, context, target, { lines: [line], cause });
      if (left) await applyAndMark(tx, context, target, left);
      return left;
    });
    if (lines) return;
  } catch (error) {
    if (!isAboutRows(error)) throw error;
  }
  await fenced(context, async (tx) => {
    await failLines(tx, context, target, { lines: [line], cause });
    await saveMark(tx, context, line);
  });
}
