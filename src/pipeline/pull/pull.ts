import { SourceConfigError } from '../../domain/errors.js';
import type { RecordKind, SourceRecord } from '../../domain/record.js';
import { readExternalId } from '../../domain/external-id.js';
import type { SourceMessage } from '../../domain/source-message.js';
import type { ReadMode } from '../../domain/task.js';
import type { Hint } from '../../sources/source-adapter.js';
import { inStretches } from '../../platform/in-stretches.js';
import { fenced } from '../fenced.store.js';
import { InFlight } from '../in-flight.js';
import { moveTask } from '../move-task.store.js';
import type { RunContext } from '../run-context.js';
import { commitPage, comparePage } from './commit-page.js';
import { nameRecord, type Problem } from './judge-record.js';
import { emptyPage, isFull, type Page } from './page.js';
import { readingOf } from './reading-of.js';
import { clearStaged } from './stage.store.js';
import { takeHints } from './take-hints.store.js';

/**
 * Reads the source and puts what it says on the work list, a page a transaction.
 *
 * Goes on at the last checkpoint where the adapter can, else reads again. Nothing but the work list is written.
 */
export async function pull(context: RunContext): Promise<void> {
  const { adapter, run, task, source } = context;
  const mode = readMode(context);
  const resumeFrom = adapter.capabilities.resumable ? task.checkpoint : null;
  const hints = await begin(context, resumeFrom !== null ? task.checkpointSeq : null);
  const puller = new Puller(context, resumeFrom !== null ? Number(task.checkpointSeq) : 0);
  const request = { taskId: task.id, mode, since: source.cursor, resumeFrom, ...(hints ? { hints } : {}) };
  const config = context.openConfig(source);
  try {
    for await (const message of adapter.read(request, { sourceId: source.id, config, signal: run.signal })) {
      await puller.take(message);
    }
    run.signal.throwIfAborted();
    await puller.finish();
  } finally {
    await puller.rest();
  }
}

/** @returns what the source told to have moved, for a delta of one that does. */
async function begin(context: RunContext, fromSeq: bigint | null): Promise<readonly Hint[] | null> {
  const { run, adapter, task } = context;
  const hints = await fenced(context, async (tx) => {
    await moveTask(tx, run, 'pulling', 'pull');
    await clearStaged(tx, context, fromSeq);
    return (adapter.hooks ?? adapter.stream) && task.mode === 'delta' ? takeHints(tx, context) : null;
  });
  run.report({ phase: 'pull', line: `pull began (${task.mode})`, done: 0, total: null });
  return hints;
}

/** @throws SourceConfigError when the adapter can't read so. */
function readMode({ task, source, adapter }: RunContext): ReadMode {
  const mode = adapter.capabilities.modes.find((able) => able === task.mode);
  if (mode) return mode;
  throw new SourceConfigError(`Sources of type "${source.type}" can't do a ${task.mode} sync.`);
}

/**
 * Gathers messages into pages and stages each as soon as it is full or a checkpoint asks for it. The source is read on
 * while a page is on its way: one, so that memory is bounded and pages stay in order.
 */
class Puller {
  private readonly inFlight = new InFlight();
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
        return this.takeMarks(message.kind, message.externalIds, 'tombstone', message.origin);
      case 'present':
        return this.takeMarks(message.kind, message.externalIds, 'present');
      case 'rejected': {
        const { externalId, code, reason, origin } = message;
        return this.addProblem(message.kind, { externalId, code, message: reason }, origin);
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

  async finish(): Promise<void> {
    await this.flush(true);
    await this.inFlight.landed();
    this.report(`pull finished: ${this.seen} seen, complete: ${Object.keys(this.complete).join(', ') || 'nothing'}`);
  }

  /** For a read that ends by an error: nothing of it is written later. */
  rest(): Promise<void> {
    return this.inFlight.rest();
  }

  private async takeRecords(message: Extract<SourceMessage<unknown>, { type: 'records' }>): Promise<void> {
    const reading = readingOf(this.context, message.kind);
    if (!message.origin) this.logRecords(message);
    for await (const stretch of inStretches(message.records)) {
      for (const record of stretch) {
        const named = reading ? nameRecord(record, reading) : { problem: unknownKind(message.kind) };
        if (named.problem) await this.addProblem(message.kind, named.problem, message.origin);
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
    origin?: string,
  ): Promise<void> {
    for (const given of externalIds) {
      const verdict = readExternalId(given);
      if (verdict.ok) {
        await this.openPage(kind);
        this.page.sightings.push({ seq: this.nextSeq(), state, externalId: verdict.externalId });
      } else await this.addProblem(kind, { ...verdict, externalId: null }, origin);
    }
  }

  private async addProblem(kind: RecordKind, { externalId, code, message }: Problem, origin?: string): Promise<void> {
    await this.openPage(kind);
    this.page.problems.push({ externalId, code, message, seq: this.nextSeq(), origin: origin ?? null });
  }

  /** A page has one kind. */
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
    // A proof must not be written before a checkpoint that covers it: a read that goes on would keep it unproved.
    const complete = pulled || checkpoint !== undefined ? { ...this.complete } : {};
    const { seq, seen, total } = this;
    const disproved = pulled && this.isDisproved();
    const end = { seq, seen, total, checkpoint, complete, pulled, disproved };
    const compared = comparePage(context, page);
    // It is waited for later; the process must not call it unhandled until then.
    compared.catch(() => undefined);
    await this.inFlight.send(async () => commitPage(context, page.kind, await compared, end));
  }

  /** R30: a source that said another number than came has not been read to its end, whatever else it says. */
  private isDisproved(): boolean {
    return this.total !== null && this.total !== this.seq;
  }

  private nextSeq(): number {
    this.seq += 1;
    return this.seq;
  }

  private logRecords({ kind, records }: Extract<SourceMessage<unknown>, { type: 'records' }>): void {
    const { recordLog, task, source } = this.context;
    if (!source.rawLog) return;
    const { batch, id: taskId } = task;
    recordLog.write({
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

/** Whom a record is about must be seen in the raw log, also where the adapter keeps the id beside the content. */
function withId({ externalId, data }: SourceRecord): unknown {
  if (data === null || typeof data !== 'object' || Array.isArray(data) || 'uid' in data) return data;
  return { uid: externalId, ...data };
}

function unknownKind(kind: RecordKind): { externalId: null; code: string; message: string } {
  return { externalId: null, code: 'unknown_kind', message: `No target takes records of kind "${kind}".` };
}
