import { CsvError, type Options, parse, type Parser } from 'csv-parse';
import { SourceReadError } from '../../domain/errors.js';

/** One record of csv-parse: its cells, and its text as it is in the file. */
export interface ParsedRecord {
  readonly record: string[];
  readonly raw: string;
}

/** The largest size of a row in bytes. A longer row means that a quote is not closed. */
export const MAX_ROW_BYTES = 1_000_000;

/**
 * The settings of the parser. Each of the three line ends ends a row, also if one file contains several of them. A
 * quote inside a cell that does not begin with a quote is text (RFC 4180 leaves this open; Excel and Python read it in
 * this way). csv-parse then also accepts errors in cells that begin with a quote; `readQuotes` finds these.
 */
export const parserOptions = (delimiter: string): Options => ({
  delimiter,
  record_delimiter: ['\r\n', '\n', '\r'],
  relax_quotes: true,
  relax_column_count: true,
  max_record_size: MAX_ROW_BYTES,
  raw: true,
});

/**
 * The parser keeps rows only until the current part of the text is parsed; it must not stop while no reader reads them.
 */
const READABLE = { readableHighWaterMark: Number.MAX_SAFE_INTEGER };

/**
 * Parses a text while it arrives. The rows before an error are returned before it is thrown.
 * @throws CsvError, and the errors of reading the text
 */
export async function* parseRecords(text: AsyncGenerator<string>, delimiter: string): AsyncGenerator<ParsedRecord> {
  const parser = parse({ ...parserOptions(delimiter), ...READABLE });
  // Each call below reports its own end; without a listener the process would end.
  parser.on('error', () => undefined);
  try {
    for await (const part of text) {
      const failure = await written(parser, part);
      yield* recordsIn(parser);
      if (failure) throw failure;
    }
    const failure = await ended(parser);
    yield* recordsIn(parser);
    if (failure) throw failure;
  } finally {
    parser.destroy();
  }
}

function written(parser: Parser, part: string): Promise<Error | null> {
  return new Promise((resolve) => {
    parser.write(part, (error) => resolve(error ?? null));
  });
}

function ended(parser: Parser): Promise<Error | null> {
  return new Promise((resolve) => {
    parser.once('error', resolve);
    parser.once('finish', () => resolve(null));
    parser.end();
  });
}

function* recordsIn(parser: Parser): Generator<ParsedRecord> {
  for (;;) {
    const record = parser.read() as ParsedRecord | null;
    if (record === null) return;
    yield record;
  }
}

/** Whether the error means that a quoted cell has no end. */
export const isOpenQuote = (cause: unknown): boolean =>
  cause instanceof CsvError && cause.code === 'CSV_QUOTE_NOT_CLOSED';

/**
 * Converts an error of csv-parse (csv.js.org/parse/errors) to one with file, row and column. Another error is returned
 * unchanged. Reading the same file again fails again.
 */
export function explainCsvError(cause: unknown, label: string): unknown {
  if (!(cause instanceof CsvError)) return cause;
  const { records, column } = cause as { readonly records?: unknown; readonly column?: unknown };
  const row = typeof records === 'number' ? ` row ${records + 1}` : ' a row';
  const where = typeof column === 'number' ? `${row}, column ${column + 1},` : row;
  return new SourceReadError(`The ${label} cannot be read as csv:${where} ${whatOf(cause)}`, { cause, retry: false });
}

const OPEN_QUOTE = 'has a quote that is never closed. Close it, or export the file again.';
const TOO_LONG = `is longer than ${MAX_ROW_BYTES} bytes: a quote before it is probably not closed.`;

function whatOf({ code, message }: CsvError): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED') return OPEN_QUOTE;
  return code === 'CSV_MAX_RECORD_SIZE' ? TOO_LONG : `is refused: ${message}`;
}
