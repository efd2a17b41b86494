import type { RecordKind } from '../domain/record.js';
import type { Tx } from '../platform/db.js';

/** One request of a client, as it was kept. */
export interface KeptPush {
  readonly pushId: string;
  readonly kind: RecordKind;
  readonly matchKey: string | null;
  /** As sent, without passwords. */
  readonly records: readonly unknown[];
}

/** Memory is bounded by the records of a page; one push is never cut. */
const PAGE_PUSHES = 500;
const PAGE_RECORDS = 5_000;

/** Reads the pushes of a task in order of arrival, a page at a time. */
export async function* pushesOf(tx: Tx, taskId: string): AsyncGenerator<KeptPush> {
  for (let after = 0n; ;) {
    const page = await readPage(tx, { taskId, after });
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

/** A page that had room for more was the last one: what a task has does not grow. */
function isFull(page: readonly PagedPush[]): boolean {
  return page.length >= PAGE_PUSHES || page.reduce((sum, { recordCount }) => sum + recordCount, 0) >= PAGE_RECORDS;
}

function readPage(
  tx: Tx,
  { taskId, after }: { readonly taskId: string; readonly after: bigint },
): Promise<PagedPush[]> {
  // The next pushes until they hold enough records; the first one whatever its size.
  return tx.$queryRaw`
    SELECT p.seq, p.id AS "pushId", p.kind, p.match_key AS "matchKey", p.records, p.record_count AS "recordCount"
    FROM (
      SELECT seq, sum(record_count) OVER (ORDER BY seq) - record_count AS before
      FROM pushes
      WHERE task_id = ${taskId}::uuid AND seq > ${after}
      ORDER BY seq
      LIMIT ${PAGE_PUSHES}
    ) page
    JOIN pushes p ON p.seq = page.seq
    WHERE page.before < ${PAGE_RECORDS}
    ORDER BY p.seq`;
}
