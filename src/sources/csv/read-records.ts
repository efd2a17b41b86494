import { readExternalId } from '../../domain/external-id.js';
import type { SourceRecord } from '../../domain/record.js';
import type { CsvWorld } from './read-file-bytes.js';
import type { Table } from './open-table.js';
import { RowCells, type RowProblem } from './row-cells.js';
import { rejectSplitRows } from './reject-split-rows.js';
import { plainId, whyNoId } from './spreadsheet-forms.js';

/** Some rows of a table, separated into usable and unusable rows. */
export interface RecordPage {
  readonly records: readonly SourceRecord[];
  readonly rejected: readonly RejectedRow[];
  /** The number of rows up to the end of this page, without blank rows. */
  readonly rowsSoFar: number;
  /** Set if it is not proved that the file, and so the list, is complete. */
  readonly isCut?: true;
}

/** A row that cannot be used; `externalId` is null if the row does not identify its record. */
type RejectedRow = RowProblem & { readonly externalId: string | null };

/** Makes a record from a row; the cells collect the problems of the row. */
export type ReadRow = (cells: RowCells) => { readonly externalId: string | null; readonly data: unknown };

const PAGE_ROWS = 500;

/**
 * Reads a table page by page, and closes it; the last page may be empty. Rows without text, which spreadsheets often
 * contain, are skipped. A last row that may be cut off is refused.
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

/** Reads each row by the header above it: joined files have one each, and their columns may differ. */
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

/** R30: a file that was cut off and a file whose program omits the last line end look the same. */
function unterminated(label: string, row: number): RejectedRow {
  const reason =
    `The ${label} does not end with a line end: its last row (${row}) may be cut off, and rows after it may be missing. ` +
    'Export it again. If the program that writes it always omits the last line end, set "lastLineEnd" to "optional".';
  return { externalId: null, code: 'file_unterminated', reason };
}

function problemsOf({ fieldProblems }: RowCells): Pick<SourceRecord, 'problems'> {
  return fieldProblems.length === 0 ? {} : { problems: fieldProblems };
}

/** Reads the id of a row; null, with a problem, if the row does not identify its record (R7). */
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
