import type { RecordKind } from '../../domain/record.js';
import { fenced, saveProgress } from '../fenced.store.js';
import type { RunContext } from '../run-context.js';
import type { RecordReading } from './judge-record.js';
import type { Page } from './page.js';
import { readingOf } from './reading-of.js';
import { type SettledPage, settlePage } from './settle-page.js';
import { findKnownHashes, type PullMarks, savePullMarks, stagePage } from './stage.store.js';

/** How far the read is with a page. */
export interface PageEnd extends PullMarks {
  /** Records that were read by then, good and bad. */
  readonly seen: number;
  /** How many the source says there are; null = it doesn't say. */
  readonly total: number | null;
}

/**
 * Compares a page with what is known of its records. Reads only, so that it can be done while the page before is
 * written: while a task is at work nobody else links records of its source.
 */
export async function comparePage(context: RunContext, page: Page): Promise<SettledPage> {
  const ids = page.sightings.map((one) => (one.state === 'record' ? one.record.externalId : one.externalId));
  const known = ids.length === 0 ? NOBODY : await findKnownHashes(context.db.prisma, context, page.kind, ids);
  const reading: RecordReading = readingOf(context, page.kind) ?? UNREADABLE;
  return settlePage(page, { mode: context.task.mode, reading, known });
}

/** Puts a page on the work list and says how far the read is, in one transaction. */
export async function commitPage(
  context: RunContext,
  kind: RecordKind,
  page: SettledPage,
  end: PageEnd,
): Promise<void> {
  const { run, adapter } = context;
  const { seen, total, pulled, checkpoint } = end;
  await fenced(context, async (tx) => {
    await stagePage(tx, context, kind, page);
    await savePullMarks(tx, context, end);
    const lasting = pulled || (checkpoint !== undefined && adapter.capabilities.resumable);
    await saveProgress(tx, run, { phase: 'pull', done: seen, total, lasting });
  });
  run.report({ phase: 'pull', done: seen, total });
}

const NOBODY: ReadonlyMap<string, string> = new Map();

/** A page of a kind that nobody owns has problems only. */
const UNREADABLE = { schema: undefined as never, mapping: {} };
