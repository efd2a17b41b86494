import type { Tx } from '../../platform/db.js';
import type { Target } from '../../targets/target.js';
import { fenced, saveProgress } from '../fenced.store.js';
import { moveTask } from '../move-task.store.js';
import { PAGE_SIZE, PLAIN_PAGE } from '../page-size.js';
import type { RunContext } from '../run-context.js';
import { isAboutRows } from '../../platform/sql-error.js';
import { applyPage, settleLines } from './apply-page.js';
import { applyWhole, applyWholeCarefully } from './apply-whole.js';
import { failLines } from './fail-lines.js';
import { recallPending } from './recall.store.js';
import { countDue, type DueChange, nextChanges, nextPlain, readMark, saveMark } from './page.store.js';
import { checkUniqueNow } from './remember.store.js';

/**
 * Writes the plan: target by target, a page and its mark in one transaction. Goes on behind the mark after a crash.
 */
export async function apply(context: RunContext): Promise<void> {
  const { run, targets } = context;
  const { total, done, ranks } = await fenced(context, async (tx) => {
    await moveTask(tx, run, 'applying', 'apply');
    return countDue(tx, context);
  });
  run.report({ phase: 'apply', line: `apply began: ${total - done} changes`, done, total });
  const progress = { done, total };
  for (const target of targets.list()) {
    const rank = targets.rankOf(target) * 2;
    if (!ranks.includes(rank) && !ranks.includes(rank + 1)) continue;
    const atomic = target.type === 'record' && target.atomic;
    await applyRank(context, target, { rank, whole: true, progress });
    await applyRank(context, target, { rank: rank + 1, whole: atomic, progress });
    if (target.type === 'record' && !target.atomic && target.finish) {
      const finish = target.finish.bind(target);
      await fenced(context, (tx) => finish(tx, context.scope));
    }
  }
  if (context.task.mode === 'undo') await fenced(context, (tx) => recallPending(tx, context));
  run.report({ phase: 'apply', line: `apply finished: ${progress.done} changes`, ...progress });
}

interface RankJob {
  readonly rank: number;
  /** All of the rank in one transaction. */
  readonly whole: boolean;
  readonly progress: { done: number; readonly total: number };
}

async function applyRank(context: RunContext, target: Target, job: RankJob): Promise<void> {
  for (;;) {
    const done = await (job.whole ? applyAll(context, target, job) : applyNext(context, target, job));
    if (done === 0) return;
    job.progress.done += done;
    context.run.report({ phase: 'apply', ...job.progress });
    if (job.whole) return;
  }
}

/** The whole rank in one transaction; where the database refuses a row, once more so that the row is found. */
async function applyAll(context: RunContext, target: Target, job: RankJob): Promise<number> {
  const attempt = (write: typeof applyWhole) =>
    fenced(context, async (tx) => {
      const mark = await readMark(tx, context);
      const done = mark.rank >= job.rank ? 0 : await write(tx, context, target, job.rank);
      await saveDone(tx, context, job, done);
      return done;
    });
  try {
    return await attempt(applyWhole);
  } catch (error) {
    if (!isAboutRows(error)) throw error;
    return attempt(applyWholeCarefully);
  }
}

/** One page in one transaction; where the database refuses a row, smaller ones until the row is found. */
async function applyNext(context: RunContext, target: Target, job: RankJob): Promise<number> {
  try {
    return await fenced(context, async (tx) => {
      const after = await markIn(tx, context, job.rank);
      if (after === null) return 0;
      const plain = await applyPlain(tx, context, target, { ...job, after });
      if (plain > 0) return plain;
      const page = await nextChanges(tx, context, { ...job, after, limit: PAGE_SIZE });
      await applyPage(tx, context, target, page);
      await saveDone(tx, context, job, page.length);
      return page.length;
    });
  } catch (error) {
    if (!isAboutRows(error)) throw error;
    const page = await fenced(context, (tx) => takePage(tx, context, job));
    await applyHalves(context, target, page);
    return page.length;
  }
}

/** Lines that only create rows need not be read. @returns their number, 0 when the next page has others. */
async function applyPlain(
  tx: Tx,
  context: RunContext,
  target: Target,
  job: RankJob & { readonly after: bigint },
): Promise<number> {
  if (!target.createPlanned) return 0;
  const lines = await nextPlain(tx, context, target, { ...job, limit: PLAIN_PAGE });
  if (!lines) return 0;
  await target.createPlanned(tx, context.scope, lines);
  if (target.type === 'record' && target.uniqueFields.length > 0) await checkUniqueNow(tx);
  await settleLines(tx, context, target, lines);
  await saveDone(tx, context, job, lines.count);
  return lines.count;
}

async function saveDone(tx: Tx, { run }: RunContext, { progress }: RankJob, done: number): Promise<void> {
  if (done > 0) await saveProgress(tx, run, { phase: 'apply', ...progress, done: progress.done + done, lasting: true });
}

async function takePage(tx: Tx, context: RunContext, { rank }: RankJob): Promise<readonly DueChange[]> {
  const after = await markIn(tx, context, rank);
  return after === null ? [] : nextChanges(tx, context, { rank, after, limit: PAGE_SIZE });
}

/** The last line of the rank that is applied, 0 when none is; null when the rank is behind the mark. */
async function markIn(tx: Tx, context: RunContext, rank: number): Promise<bigint | null> {
  const mark = await readMark(tx, context);
  if (mark.rank > rank) return null;
  return mark.rank === rank ? mark.id : 0n;
}

async function applyHalves(context: RunContext, target: Target, page: readonly DueChange[]): Promise<void> {
  if (page.length === 0) return;
  try {
    await fenced(context, (tx) => applyPage(tx, context, target, page));
  } catch (error) {
    if (!isAboutRows(error)) throw error;
    const [line] = page;
    if (page.length === 1 && line) {
      await fenced(context, async (tx) => {
        await failLines(tx, context, target, { lines: [line], cause: error });
        await saveMark(tx, context, line);
      });
      return;
    }
    const middle = Math.ceil(page.length / 2);
    await applyHalves(context, target, page.slice(0, middle));
    await applyHalves(context, target, page.slice(middle));
  }
}
