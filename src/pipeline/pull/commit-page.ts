import type { RecordKind } from '../../domain/record.js';
import type { TaskMode } from '../../domain/task.js';
import { abortable } from '../../platform/abortable.js';
import { fenced, saveProgress } from '../fenced.store.js';
import type { RunContext } from '../run-context.js';
import type { NamedRecord, RecordReading } from './validate-record.js';
import { findKnownFields } from './known-fields.store.js';
import { type Page, readingOf } from './page.js';
import { type DedupedPage, dedupePage } from './dedupe-page.js';
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
 * written: while a task is running, no other one links records of its source.
 */
export async function comparePage(context: RunContext, page: Page): Promise<DedupedPage> {
  const tx = abortable(context.db, context.run.signal);
  const ids = page.sightings.map((one) => (one.state === 'record' ? one.record.externalId : one.externalId));
  const known = ids.length === 0 ? NONE_KNOWN : await findKnownHashes(tx, context, page.kind, ids);
  const reading: RecordReading = readingOf(context, page.kind) ?? { ...UNREADABLE, placeholders: context.placeholders };
  const { mode } = context.task;
  const open = page.sightings.flatMap((one) =>
    one.state === 'record' && hasChoice(one.record, mode, known) ? one.record.externalId : [],
  );
  const said = open.length === 0 ? NOTHING : await findKnownFields(tx, context, page.kind, open);
  return dedupePage(page, { mode, reading, known, said });
}

/** Puts a page on the work list and says how far the read is, in one transaction. */
export async function commitPage(
  context: RunContext,
  kind: RecordKind,
  page: DedupedPage,
  end: PageEnd,
): Promise<void> {
  const { run, adapter } = context;
  const { seen, total, pulled, checkpoint } = end;
  await fenced(context, async (tx) => {
    await stagePage(tx, context, { kind, inForce: readingOf(context, kind)?.inForce ?? [] }, page);
    await savePullMarks(tx, context, end);
    const lasting = pulled || (checkpoint !== undefined && adapter.capabilities.resumable);
    await saveProgress(tx, run, { phase: 'pull', done: seen, total, lasting });
  });
  run.report({ phase: 'pull', done: seen, total });
}

/** Only then the page costs a statement more. */
function hasChoice(
  { externalId, hash, alternatives, standIns, problems }: NamedRecord,
  mode: TaskMode,
  known: ReadonlyMap<string, string>,
) {
  const isSame = mode === 'full' && known.get(externalId) === hash && problems.length === 0;
  return (alternatives !== null || standIns.length > 0) && !isSame;
}

const NOTHING: ReadonlyMap<string, Readonly<Record<string, unknown>>> = new Map();

const NONE_KNOWN: ReadonlyMap<string, string> = new Map();

/** A page of a kind without a target has problems only. */
const UNREADABLE = {
  schema: undefined as never,
  mapping: {},
  placeholderFields: {},
  names: new Set<string>(),
  inForce: [],
};
