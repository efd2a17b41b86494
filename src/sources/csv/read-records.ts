import type { SourceRecord } from '../../domain/record.js';
import type { Table } from './open-table.js';
import { RowCells, type RowProblem } from './row-cells.js';

/** Some rows of a table, sorted into what can be used and what can't. */
export interface RecordPage {
  readonly records: readonly SourceRecord[];
  readonly rejected: readonly RejectedRow[];
  /** Rows of the table that were read up to the end of this page, without blank ones. */
  readonly rowsSoFar: number;
}

/** A row that can't be used; `externalId` is null when it can't say whose it is. */
type RejectedRow = RowProblem & { readonly externalId: string | null };

/** Makes a record of a row; what is wrong with the row it tells the cells. */
export type ReadRow = (cells: RowCells) => { readonly externalId: string | null; readonly data: unknown };

const PAGE_ROWS = 500;

/**
 * Reads a table page by page, the last one maybe empty, and closes it.
 * Rows without any text, as spreadsheets leave them behind, are passed over.
 */
export async function* readRecords(table: Table, readRow: ReadRow, signal: AbortSignal): AsyncGenerator<RecordPage> {
  let records: SourceRecord[] = [];
  let rejected: RejectedRow[] = [];
  let rowsSoFar = 0;
  try {
    for await (const row of table.rows) {
      const cells = new RowCells(row, table.header);
      if (cells.isBlank) continue;
      const { externalId, data } = readRow(cells);
      if (cells.problem) rejected.push({ externalId, ...cells.problem });
      else records.push({ externalId, data });
      rowsSoFar += 1;
      if (rowsSoFar % PAGE_ROWS !== 0) continue;
      yield { records, rejected, rowsSoFar };
      signal.throwIfAborted();
      [records, rejected] = [[], []];
    }
    signal.throwIfAborted();
    yield { records, rejected, rowsSoFar };
    signal.throwIfAborted();
  } finally {
    await table.close();
  }
}

/** The id cell of a row; null, with a problem, where the row can't say whose it is (R7). */
export function readId(cells: RowCells, field: string): string | null {
  // Cells of a ragged row may have moved: its id could be somebody else's.
  if (cells.problem) return null;
  const id = cells.exact(field) ?? null;
  if (id === null) cells.refuse('missing_uid', `The row has no ${field}.`);
  return id;
}
