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

/** The progress of the read after a page. */
export interface PageEnd extends PullMarks {
  /** Records read so far, valid and invalid ones. */
  readonly seen: number;
  /** The number of records that the source announced; null = none. */
  readonly total: number | null;
}

/**
 * Compares a page with the known records. It only reads, so it can run while the page before is written: while a task
 * is running, no other task changes links of its source.
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

/** Adds a page to the work list and saves the progress of the read, in one transaction. */
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

/** Whether a record has several values or substitutes; only then the page needs one more statement. */
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

/** A page of a kind without a target has only problems. */
const UNREADABLE = {
  schema: undefined as never,
  mapping: {},
  placeholderFields: {},
  names: new Set<string>(),
  inForce: [],
};
