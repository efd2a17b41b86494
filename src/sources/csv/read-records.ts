import { readExternalId } from '../../domain/external-id.js';
import type { SourceRecord } from '../../domain/record.js';
import type { CsvWorld } from './read-file-bytes.js';
import type { Table } from './open-table.js';
import { RowCells, type RowProblem } from './row-cells.js';
import { rejectSplitRows } from './reject-split-rows.js';
import { plainId, whyNoId } from './spreadsheet-forms.js';

/** Some rows of a table, sorted into what can be used and what can't. */
export interface RecordPage {
  readonly records: readonly SourceRecord[];
  readonly rejected: readonly RejectedRow[];
  /** Rows of the table that were read up to the end of this page, without blank ones. */
  readonly rowsSoFar: number;
  /** The end of the file is unproved: so is that of the list. */
  readonly isCut?: true;
}

/** A row that can't be used; `externalId` is null when it can't say whose it is. */
type RejectedRow = RowProblem & { readonly externalId: string | null };

/** Makes a record of a row; the cells keep what is wrong with it. */
export type ReadRow = (cells: RowCells) => { readonly externalId: string | null; readonly data: unknown };

const PAGE_ROWS = 500;

/**
 * Reads a table page by page, the last one maybe empty, and closes it.
 * Rows without any text, as spreadsheets leave them behind, are passed over. A last row whose end is unproved is refused.
 */
export async function* readRecords(
  table: Table,
  readRow: ReadRow,
  { signal, isPlaceholder }: Pick<CsvWorld, 'signal' | 'isPlaceholder'>,
): AsyncGenerator<RecordPage> {
  let records: SourceRecord[] = [];
  let rejected: RejectedRow[] = [];
  let rowsSoFar = 0;
  try {
    for await (const cells of rejectSplitRows(cellsOf(table, isPlaceholder), table.idField)) {
      const { externalId, data } = readRow(cells);
      if (cells.problem) rejected.push({ externalId, ...cells.problem });
      else records.push({ externalId, data, ...problemsOf(cells) });
      rowsSoFar += 1;
      if (rowsSoFar % PAGE_ROWS !== 0) continue;
      yield { records, rejected, rowsSoFar };
      signal.throwIfAborted();
      [records, rejected] = [[], []];
    }
    signal.throwIfAborted();
    const cutRow = table.rows.cutRow();
    if (cutRow !== null) rejected.push(unterminated(table.label, cutRow));
    yield { records, rejected, rowsSoFar, ...(cutRow === null ? {} : { isCut: true }) };
    signal.throwIfAborted();
  } finally {
    await table.close();
  }
}

/** Each row by the header above it: files that were joined have one each, and their columns may differ. */
async function* cellsOf(
  { rows, header, headerIn }: Table,
  isPlaceholder: CsvWorld['isPlaceholder'],
): AsyncGenerator<RowCells> {
  let current = header;
  for await (const row of rows) {
    const next = headerIn(row, current);
    if (next) current = next;
    else yield new RowCells(row, current, isPlaceholder);
  }
}

/** R30: a file that was cut and one whose writer leaves the last line end out look the same. */
function unterminated(label: string, row: number): RejectedRow {
  const reason =
    `The ${label} does not end with a line end: its last row (${row}) may be cut off, and rows after it may be missing. ` +
    'Export it again. If the program that writes it always omits the last line end, set "lastLineEnd" to "optional".';
  return { externalId: null, code: 'file_unterminated', reason };
}

function problemsOf({ fieldProblems }: RowCells): Pick<SourceRecord, 'problems'> {
  return fieldProblems.length === 0 ? {} : { problems: fieldProblems };
}

/** The id cell of a row; null, with a problem, where the row can't say whose it is (R7). */
export function readId(cells: RowCells, field: string): string | null {
  if (cells.hasMoved) return null;
  const id = plainId(cells.raw(field) ?? '');
  if (id === '') return refuseId(cells, 'missing_uid', `Row ${cells.number} has no ${field}.`);
  if (id.includes('\0')) {
    return refuseId(cells, 'invalid_text', `Row ${cells.number} has a NUL character in the column of ${field}.`);
  }
  const why = whyNoId(id);
  if (why) return refuseId(cells, why.code, `${field} in row ${cells.number}: ${id} is ${why.reason}.`);
  if (cells.isPlaceholder(id)) {
    return refuseId(cells, 'missing_uid', `${field} in row ${cells.number}: ${id} is a placeholder for "no value".`);
  }
  const verdict = readExternalId(id);
  return verdict.ok ? id : refuseId(cells, verdict.code, `${field} in row ${cells.number}: ${verdict.message}`);
}

function refuseId(cells: RowCells, code: string, reason: string): null {
  cells.refuse(code, reason);
  return null;
}
