import { SourceReadError } from '../../domain/errors.js';
import { explainCsvError, isOpenQuote, type ParsedRecord, parseRecords } from './csv-parser.js';
import { findHeader, type HeaderHints, type HeaderPlace } from './find-header.js';
import { readQuotes, TextEnd } from './read-quotes.js';
import { linesOf } from './swallowed-rows.js';

/**
 * One row of a table. Rows are counted from the first line of the file; a row with line breaks in its cells counts as
 * one.
 */
export interface Row {
  readonly number: number;
  readonly cells: readonly string[];
  /** The reason why its cells cannot be separated; absent if they can. */
  readonly unsure?: string;
  /** For a row over several lines that has quotes, but not around each cell: the cells of each line, read as a row. */
  readonly lines?: readonly (readonly string[])[];
}

/** The rows of a text, the header first. */
export interface Rows extends AsyncGenerator<Row> {
  /**
   * Known after all rows were read: the number of the last row, if it may be cut off and is therefore not among the
   * rows; null = the text ends with a line end, or need not end with one.
   */
  cutRow(): number | null;
}

/** The settings for reading a text. */
export interface RowRules extends HeaderHints {
  /** The name of the file in messages. */
  readonly label: string;
  /** Whether the last row is used if no line end follows it. */
  readonly lastLineEnd: 'required' | 'optional';
}

const HEAD_LENGTH = 65_536;

/**
 * Reads the rows of a csv text; the text before the header is skipped.
 * @throws SourceReadError, while the rows are read, with row and column, if the text is not csv
 */
export function readRows(text: AsyncGenerator<string>, rules: RowRules): Rows {
  const cut: Cut = { row: null };
  return Object.assign(rowsOf(text, rules, cut), { cutRow: () => cut.row });
}

interface Cut {
  row: number | null;
}

async function* rowsOf(text: AsyncGenerator<string>, rules: RowRules, cut: Cut): AsyncGenerator<Row> {
  const { head, rest } = await takeHead(text);
  const place = findHeader(head, rules);
  const end = new TextEnd();
  let header: Row | null = null;
  let last: Row | null = null;
  for await (const row of parsedRows(rest, place, { rules, end, cut })) {
    if (last) yield last;
    header ??= row;
    last = row;
  }
  if (cut.row === null && !isProved(end, rules, header, last)) cut.row = last?.number ?? 1;
  if (last && (last === header || last.number !== cut.row)) yield last;
}

/** Whether nothing is missing after the last row. */
function isProved({ hasLineEnd }: TextEnd, { lastLineEnd }: RowRules, header: Row | null, last: Row | null): boolean {
  // Options that were stored before this option existed do not have it.
  if (hasLineEnd || lastLineEnd !== 'optional' || !header || !last) return hasLineEnd;
  return last.cells.length >= widthOf(header.cells);
}

/** The rows from the header on. A text that ends inside quotes, without a line end, was cut off there. */
async function* parsedRows(
  text: AsyncGenerator<string>,
  place: HeaderPlace,
  { rules, end, cut }: { readonly rules: RowRules; readonly end: TextEnd; readonly cut: Cut },
): AsyncGenerator<Row> {
  let number = 0;
  try {
    for await (const record of parseRecords(end.watch(text), place.delimiter)) {
      number += 1;
      if (number <= place.rowsBefore) continue;
      yield toRow(record, { number, delimiter: place.delimiter, label: rules.label });
    }
  } catch (cause) {
    if (!isOpenQuote(cause) || end.hasLineEnd) throw explainCsvError(cause, rules.label);
    cut.row = number + 1;
  }
}

/** The number of columns up to the last one that has a name. */
export function widthOf(header: readonly string[]): number {
  return header.findLastIndex((cell) => cell.trim() !== '') + 1;
}

interface RowPlace {
  readonly number: number;
  readonly delimiter: string;
  readonly label: string;
}

function toRow({ record, raw }: ParsedRecord, { number, delimiter, label }: RowPlace): Row {
  if (!raw.includes('"')) return { number, cells: record };
  const read = readQuotes(raw, delimiter);
  switch (read.type) {
    case 'cells': {
      const lines = read.allQuoted ? [] : linesOf(raw, delimiter);
      return { number, cells: read.cells, ...(lines.length > 1 ? { lines } : {}) };
    }
    case 'unsure':
      return { number, cells: record, unsure: `Column ${read.column} has a quote that is not closed` };
    case 'broken': {
      const where = `row ${number}, column ${read.column},`;
      const what = 'has text after a closing quote. Double the quotes that are part of the text.';
      throw new SourceReadError(`The ${label} cannot be read as csv: ${where} ${what}`, { retry: false });
    }
    default:
      return read satisfies never;
  }
}

async function takeHead(text: AsyncGenerator<string>): Promise<{ head: string; rest: AsyncGenerator<string> }> {
  let head = '';
  while (head.length < HEAD_LENGTH) {
    const next = await text.next();
    if (next.done === true) break;
    head += next.value;
  }
  return { head, rest: prepend(head, text) };
}

async function* prepend(head: string, text: AsyncGenerator<string>): AsyncGenerator<string> {
  yield head;
  yield* text;
}
