import { readEmail } from '../../domain/email-address.js';
import { readFooter } from './footers.js';
import type { RowCells } from './row-cells.js';
import { mayHaveSwallowed, SeenIds } from './swallowed-rows.js';
import { plainId } from './spreadsheet-forms.js';

/**
 * Refuses rows that are not rows of their table, because their id would be the id of another record: two halves of a
 * row whose cell has a line break without quotes (a short row whose first cell does not look like an id of this file,
 * and the short row before it); a row whose cell has a delimiter without quotes (a row with more cells than the rows
 * before it, even if the last ones are empty); text below the table (totals, the end of a report). Blank rows and a
 * correct count of the rows, which database clients write, are skipped.
 * @param field the column of the id
 */
export async function* rejectSplitRows(rows: AsyncIterable<RowCells>, field: string): AsyncGenerator<RowCells> {
  const ids = new SeenIds();
  const above = new Above();
  let before: RowCells | null = null;
  let excess: number | null = null;
  for await (const row of rows) {
    above.begin(row);
    if (row.isBlank) {
      above.addBlank(row);
      continue;
    }
    const id = plainId(row.raw(field) ?? '');
    const isStrange = ids.isStrange(id);
    const footer = readFooter(row.texts, { ...above, columns: row.columns, isStrange, isPath: field === 'path' });
    if (footer?.type === 'count') {
      above.rows = 0;
      continue;
    }
    above.add(row);
    if (footer) row.refuseMoved(`Row ${row.number} ${footer.what}.`);
    refuseSwallowed(row, field);
    if (!row.hasMoved) refuseExcess(row, (excess ??= row.excess));
    if (!footer) refuseHalves(before, row, { ids, id });
    if (before) yield before;
    before = row;
  }
  if (before) yield before;
}

/** The part of the table above a row. */
class Above {
  rows = 0;
  afterBlank = false;
  hasLoneCells = false;
  private header: unknown = null;

  /** A header in the middle begins another table. */
  begin(row: RowCells): void {
    if (row.header !== this.header) this.rows = 0;
    this.header = row.header;
  }

  addBlank({ texts }: RowCells): void {
    if (texts.length === 0) this.afterBlank = true;
  }

  add({ texts }: RowCells): void {
    this.rows += 1;
    this.afterBlank = false;
    if (texts.length === 1) this.hasLoneCells = true;
  }
}

function refuseSwallowed(row: RowCells, field: string): void {
  const { lines, columns, header } = row;
  const idColumn = header.fields.get(field);
  if (idColumn === undefined || !mayHaveSwallowed({ lines, id: plainId(row.raw(field) ?? ''), columns, idColumn }))
    return;
  row.refuseMoved(`Each line of row ${row.number} looks like a row: a quote may be unclosed.`);
}

function refuseExcess(row: RowCells, usual: number): void {
  if (row.excess <= usual) return;
  row.refuseMoved(`Row ${row.number} has more cells than the rows before it: a delimiter in a cell may not be quoted.`);
}

/** An address in the column for it: the cells before it are not those of another column. */
const hasAddress = (row: RowCells): boolean => readEmail(row.raw('email') ?? '').ok;

function refuseHalves(
  before: RowCells | null,
  row: RowCells,
  { ids, id }: { readonly ids: SeenIds; readonly id: string },
): void {
  // Spreadsheets pad rows with delimiters, so a row whose other cells are blank may still have only one text.
  const isPart = row.isShort || (row.columns > 1 && row.texts.length === 1 && /\s/.test(id));
  if (!isPart || !ids.isStrange(id) || hasAddress(row)) {
    if (!row.hasMoved) ids.add(id);
    return;
  }
  const why = 'a cell with a line break may not be quoted';
  row.refuseMoved(`Row ${row.number} may be the end of the row before it: ${why}.`);
  if (before?.isShort) before.refuseMoved(`Row ${before.number} may continue in row ${row.number}: ${why}.`);
}
