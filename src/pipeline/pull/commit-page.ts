import { fenced, saveProgress } from '../fenced.store.js';
import type { RunContext } from '../run-context.js';
import type { RecordReading } from './judge-record.js';
import type { Page } from './page.js';
import { readingOf } from './reading-of.js';
import { settlePage } from './settle-page.js';
import { findKnownHashes, type PullMarks, savePullMarks, stagePage } from './stage.store.js';

/** How far the read is with a page. */
export interface PageEnd extends PullMarks {
  /** Records that were read by then, good and bad. */
  readonly seen: number;
  /** How many the source says there are; null = it doesn't say. */
  readonly total: number | null;
}

/** Puts a page on the work list and says how far the read is, in one transaction. */
export async function commitPage(context: RunContext, page: Page, end: PageEnd): Promise<void> {
  const { run, adapter } = context;
  const { seen, total, pulled, checkpoint } = end;
  await fenced(context, async (tx) => {
    if (page.sightings.length + page.problems.length > 0) {
      const ids = page.sightings.map((one) => (one.state === 'record' ? one.record.externalId : one.externalId));
      const known = await findKnownHashes(tx, context, page.kind, ids);
      const reading: RecordReading = readingOf(context, page.kind) ?? UNREADABLE;
      const settled = settlePage(page, { mode: context.task.mode, reading, known });
      await stagePage(tx, context, page.kind, settled);
    }
    await savePullMarks(tx, context, end);
    const lasting = pulled || (checkpoint !== undefined && adapter.capabilities.resumable);
    await saveProgress(tx, run, { phase: 'pull', done: seen, total, lasting });
  });
  run.report({ phase: 'pull', done: seen, total });
}

/** A page of a kind that nobody owns has problems only. */
const UNREADABLE = { schema: undefined as never, mapping: {} };
