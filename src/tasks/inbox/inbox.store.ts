import { ACTIVE_STATUSES } from '../../domain/task.js';
import { abortable } from '../../platform/abortable.js';
import { type Db, Prisma, type Tx } from '../../platform/db.js';
import type { FieldProblem } from '../../domain/field-problem.js';
import type { RecordKind } from '../../domain/record.js';

/**
 * The pushed records that wait for a task; the push adapter reads them. Aborting ends statements in PostgreSQL (R43).
 */
interface Inbox {
  /**
   * Assigns the source's waiting pushes to the task. A task that has some already (a retry) takes no more: its own are
   * older than records that other tasks may have applied since, the waiting ones are newer, and the rules for the two
   * differ (R47). A dry run takes none, because it would end without applying them (R35).
   */
  claim(taskId: string, sourceId: string, signal: AbortSignal): Promise<void>;
  /** The task's pushes in order of arrival. */
  read(taskId: string, signal: AbortSignal): AsyncIterable<KeptPush>;
  /** The pushes of a source that wait when the read begins, in order of arrival. They keep waiting (R35). */
  peek(sourceId: string, signal: AbortSignal): AsyncIterable<KeptPush>;
}

/** The inbox in the table `pushes`. */
export function createInbox(db: Db): Inbox {
  return {
    async claim(taskId, sourceId, signal) {
      // Touches the waiting pushes; the condition on the task excludes late workers of ended tasks.
      await abortable(db, signal).$executeRaw`
        UPDATE pushes SET task_id = t.id
        FROM sync_tasks t
        WHERE t.id = ${taskId}::uuid AND NOT t.dry_run AND t.status = ANY(${[...ACTIVE_STATUSES]}::text[])
          AND pushes.source_id = ${sourceId}::uuid AND pushes.task_id IS NULL AND pushes.finished_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM pushes own WHERE own.task_id = t.id)`;
    },
    read: (taskId, signal) => pushesOf(abortable(db, signal), taskId),
    peek: (sourceId, signal) => waitingPushesOf(abortable(db, signal), sourceId),
  };
}

/** One stored request of a client. */
interface KeptPush {
  readonly pushId: string;
  readonly kind: RecordKind;
  readonly matchKey: string | null;
  /** As sent, without passwords. */
  readonly records: readonly unknown[];
  /** Values that could not be stored or read; null = none. */
  readonly faults: readonly KeptFault[] | null;
}

/** A value of a pushed record that could not be stored or read. */
interface KeptFault extends FieldProblem {
  /** The record's position in the push, from 0. */
  readonly place: number;
}

/** The records of a page limit the memory; a push is never split. */
const PAGE_PUSHES = 500;
const PAGE_RECORDS = 5_000;

/** Reads the pushes of a task in order of arrival, a page at a time. */
function pushesOf(tx: Tx, taskId: string): AsyncGenerator<KeptPush> {
  return inPages(tx, Prisma.sql`task_id = ${taskId}::uuid`);
}

/** Reads the pushes of a source that wait for a task, up to the newest one at the start, a page at a time. */
async function* waitingPushesOf(tx: Tx, sourceId: string): AsyncGenerator<KeptPush> {
  const waiting = Prisma.sql`source_id = ${sourceId}::uuid AND task_id IS NULL AND finished_at IS NULL`;
  const [row] = await tx.$queryRaw<{ newest: bigint | null }[]>`SELECT max(seq) AS newest FROM pushes WHERE ${waiting}`;
  const newest = row?.newest ?? null;
  if (newest !== null) yield* inPages(tx, Prisma.sql`${waiting} AND seq <= ${newest}`);
}

/** @param which a condition on `pushes`; later rows must not meet it. */
async function* inPages(tx: Tx, which: Prisma.Sql): AsyncGenerator<KeptPush> {
  for (let after = 0n; ;) {
    const page = await readPage(tx, which, after);
    for (const { seq: _seq, recordCount: _count, ...push } of page) yield push;
    const last = page.at(-1);
    if (!last || !isFull(page)) return;
    after = last.seq;
  }
}

interface PagedPush extends KeptPush {
  readonly seq: bigint;
  readonly recordCount: number;
}

/** A page that is not full is the last one. */
function isFull(page: readonly PagedPush[]): boolean {
  return page.length >= PAGE_PUSHES || page.reduce((sum, { recordCount }) => sum + recordCount, 0) >= PAGE_RECORDS;
}

function readPage(tx: Tx, which: Prisma.Sql, after: bigint): Promise<PagedPush[]> {
  // The next pushes until they have enough records; at least one, of any size.
  return tx.$queryRaw`
    SELECT p.seq, p.id AS "pushId", p.kind, p.match_key AS "matchKey", p.records, p.faults, p.record_count AS "recordCount"
    FROM (
      SELECT seq, sum(record_count) OVER (ORDER BY seq) - record_count AS before
      FROM pushes
      WHERE ${which} AND seq > ${after}
      ORDER BY seq
      LIMIT ${PAGE_PUSHES}
    ) page
    JOIN pushes p ON p.seq = page.seq
    WHERE page.before < ${PAGE_RECORDS}
    ORDER BY p.seq`;
}
