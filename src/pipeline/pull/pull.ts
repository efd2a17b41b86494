import { SourceConfigError } from '../../domain/errors.js';
import type { RecordKind, SourceRecord } from '../../domain/record.js';
import { readRecordId } from '../../domain/external-id.js';
import type { SourceMessage } from '../../domain/source-message.js';
import type { ReadMode } from '../../domain/task.js';
import type { Hint, ReadRequest, UnseenIds } from '../../sources/source-adapter.js';
import { abortable } from '../../platform/abortable.js';
import { inChunks } from '../../platform/long-work.js';
import { fenced, moveTask } from '../fenced.store.js';
import { WriteBehind } from '../write-behind.js';
import type { RunContext } from '../run-context.js';
import { commitPage, comparePage } from './commit-page.js';
import { nameRecord, type Problem } from './validate-record.js';
import { emptyPage, isFull, type Page, readingOf } from './page.js';
import { readApart } from './read-apart.js';
import { clearStaged, findUnlinked } from './stage.store.js';
import { findUnseen, takeHints } from './unseen.store.js';

/**
 * Reads the source and adds its records to the work list, one page per transaction.
 *
 * Continues at the last checkpoint if the adapter supports it, else reads again. Writes only the work list.
 */
export async function pull(context: RunContext): Promise<void> {
  const { adapter, run, task, source } = context;
  const mode = readMode(context);
  const resumeFrom = adapter.capabilities.resumable ? task.checkpoint : null;
  const hints = await begin(context, resumeFrom !== null ? task.checkpointSeq : null);
  const puller = new Puller(context, resumeFrom !== null ? Number(task.checkpointSeq) : 0);
  const { id: taskId, dryRun } = task;
  const request: ReadRequest<unknown> = {
    ...{ taskId, mode, since: source.cursor, resumeFrom, dryRun },
    ...(hints ? { hints } : {}),
    ...(mode === 'delta' ? { findUnlinked: (kind, ids) => findUnlinked(context, kind, ids) } : {}),
  };
  const config = context.openConfig(source);
  try {
    const unseenIds: UnseenIds = (kind, atMost) => puller.unseenIds(kind, atMost);
    const isPlaceholder = (text: string) => context.placeholders.has('id', text);
    const unseen = mode === 'full' ? { unseenIds } : {};
    const given = { sourceId: source.id, config, signal: run.signal, isPlaceholder, ...unseen };
    for await (const message of readApart(adapter, request, given)) {
      await puller.take(message);
    }
    run.signal.throwIfAborted();
    await puller.finish();
  } finally {
    await puller.rest();
  }
}

/** @returns the objects that the source reported as changed, for a delta of a source with events. */
async function begin(context: RunContext, fromSeq: bigint | null): Promise<readonly Hint[] | null> {
  const { run, adapter, task } = context;
  const hints = await fenced(context, async (tx) => {
    await clearStaged(tx, context, fromSeq);
    const taken = (adapter.hooks ?? adapter.stream) && task.mode === 'delta' ? await takeHints(tx, context) : null;
    await moveTask(tx, run, 'pulling', 'pull');
    return taken;
  });
  run.report({ phase: 'pull', line: `pull began (${task.mode})`, done: 0, total: null });
  return hints;
}

/** @throws SourceConfigError when the adapter does not support the mode. */
function readMode({ task, source, adapter }: RunContext): ReadMode {
  const mode = adapter.capabilities.modes.find((able) => able === task.mode);
  if (mode) return mode;
  throw new SourceConfigError(`Sources of type "${source.type}" do not support ${task.mode} syncs.`);
}

/**
 * Collects messages into pages and stages each when it is full or at a checkpoint. The source is read further while a
 * page is being written: only one page, which limits memory and keeps the order.
 */
class Puller {
  private readonly writeBehind = new WriteBehind();
  private page: Page = emptyPage('');
  private complete: Record<RecordKind, string> = {};
  private checkpoint: unknown = undefined;
  private total: number | null = null;
  private seen = 0;

  constructor(
    private readonly context: RunContext,
    private seq: number,
  ) {}

  async take(message: SourceMessage<unknown>): Promise<void> {
    switch (message.type) {
      case 'records':
        return this.takeRecords(message);
      case 'tombstones':
        return this.takeMarks(message.kind, message.externalIds, 'tombstone', message);
      case 'present':
        return this.takeMarks(message.kind, message.externalIds, 'present');
      case 'rejected': {
        const { externalId, code, reason } = message;
        return this.addProblem(message.kind, { externalId, code, message: reason }, message);
      }
      case 'checkpoint':
        this.checkpoint = message.cursor;
        return this.flush(false);
      case 'complete':
        this.complete[message.kind] = message.evidence;
        return;
      case 'total':
        this.total = message.records;
        return;
      default:
        return message satisfies never;
    }
  }

  /** The linked ids that the read has not named so far; stages all earlier messages first. */
  async unseenIds(kind: RecordKind, atMost: number): Promise<readonly string[] | null> {
    await this.flush(false);
    await this.writeBehind.flush();
    const { db, run } = this.context;
    const found = await findUnseen(abortable(db, run.signal), this.context, kind, atMost + 1);
    return found.length > atMost ? null : found;
  }

  async finish(): Promise<void> {
    await this.flush(true);
    await this.writeBehind.flush();
    this.report(`pull finished: ${this.seen} seen, complete: ${Object.keys(this.complete).join(', ') || 'nothing'}`);
  }

  /** For a read that ends with an error: nothing is written afterwards. */
  rest(): Promise<void> {
    return this.writeBehind.settle();
  }

  private async takeRecords(message: Extract<SourceMessage<unknown>, { type: 'records' }>): Promise<void> {
    const reading = readingOf(this.context, message.kind);
    if (!message.origin) await this.logRecords(message);
    for await (const chunk of inChunks(message.records)) {
      for (const record of chunk) {
        const named = reading ? nameRecord(record, reading) : { problem: unknownKind(message.kind) };
        if (named.problem)
          await this.addProblem(message.kind, named.problem, { origin: message.origin, place: record.place });
        else {
          if (!this.fits(message.kind)) await this.openPage(message.kind);
          const origin = message.origin ?? null;
          this.page.sightings.push({ seq: this.nextSeq(), state: 'record', record: named.value, origin });
        }
      }
    }
  }

  private async takeMarks(
    kind: RecordKind,
    externalIds: readonly unknown[],
    state: 'tombstone' | 'present',
    from: { readonly origin?: string; readonly places?: readonly number[] } = {},
  ): Promise<void> {
    for (const [at, given] of externalIds.entries()) {
      const verdict = readRecordId(given, this.context.placeholders);
      if (verdict.ok) {
        await this.openPage(kind);
        this.page.sightings.push({ seq: this.nextSeq(), state, externalId: verdict.externalId });
      } else
        await this.addProblem(
          kind,
          { ...verdict, externalId: null },
          { origin: from.origin, place: from.places?.[at] },
        );
    }
  }

  private async addProblem(
    kind: RecordKind,
    { externalId, code, message }: Problem,
    { origin = null, place = null }: { origin?: string | null | undefined; place?: number | null | undefined },
  ): Promise<void> {
    await this.openPage(kind);
    this.page.problems.push({ externalId, code, message, seq: this.nextSeq(), origin, place });
  }

  /** A page has records of one kind. */
  private async openPage(kind: RecordKind): Promise<void> {
    if (this.fits(kind)) return;
    await this.flush(false);
    this.page = emptyPage(kind);
  }

  private fits(kind: RecordKind): boolean {
    return this.page.kind === kind && !isFull(this.page);
  }

  private async flush(pulled: boolean): Promise<void> {
    const { page, context, checkpoint } = this;
    const isEmpty = page.sightings.length + page.problems.length === 0;
    if (isEmpty && !pulled && checkpoint === undefined) return;
    this.page = emptyPage(page.kind);
    this.checkpoint = undefined;
    this.seen += page.sightings.length + page.problems.length;
    // A proof must not be written before a checkpoint that covers it: a continued read would use it without proof.
    const complete = pulled || checkpoint !== undefined ? { ...this.complete } : {};
    const { seq, seen, total } = this;
    const disproved = pulled && this.isDisproved();
    const end = { seq, seen, total, checkpoint, complete, pulled, disproved };
    const compared = comparePage(context, page);
    // Awaited later; until then, avoid an unhandled rejection.
    compared.catch(() => undefined);
    await this.writeBehind.send(async () => commitPage(context, page.kind, await compared, end));
  }

  /** R30: if the source announced another number of records than it sent, it was not read to the end. */
  private isDisproved(): boolean {
    return this.total !== null && this.total !== this.seq;
  }

  private nextSeq(): number {
    this.seq += 1;
    return this.seq;
  }

  private async logRecords({ kind, records }: Extract<SourceMessage<unknown>, { type: 'records' }>): Promise<void> {
    const { recordLog, task, source } = this.context;
    if (!source.rawLog) return;
    const { batch, id: taskId } = task;
    await recordLog.write({
      taskId,
      batch,
      source: source.name,
      kind,
      records: records.map(withId),
      redact: [...source.redact],
    });
  }

  private report(line: string): void {
    this.context.run.report({ phase: 'pull', done: this.seen, total: this.total, line });
  }
}

/** Adds the id to the raw log of a record, also if the adapter returns it separately from the content. */
function withId({ externalId, data }: SourceRecord): unknown {
  if (data === null || typeof data !== 'object' || Array.isArray(data) || 'uid' in data) return data;
  return { uid: externalId, ...data };
}

function unknownKind(kind: RecordKind): { externalId: null; code: string; message: string } {
  return { externalId: null, code: 'unknown_kind', message: `There is no target for records of kind "${kind}".` };
}
