import { pipeline, Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { SourceReadError, SyncError } from '../../domain/errors.js';
import { detectDelimiter } from './detect-delimiter.js';

/** One row of a table; the header is number 1, as a spreadsheet counts. */
export interface Row {
  readonly number: number;
  readonly cells: readonly string[];
}

/** A row longer than this is a quote that was never closed, in characters. */
const MAX_ROW = 1_000_000;
const MAX_HEADER = 65_536;

/**
 * Reads the rows of a csv text, the header first.
 * @param delimiter undefined = find it in the header
 * @throws SourceReadError when the text is no csv or was cut short: an open quote, or a last line that ends too early
 */
export async function* readRows(
  text: AsyncGenerator<string>,
  { label, delimiter }: { readonly label: string; readonly delimiter: string | undefined },
): AsyncGenerator<Row> {
  const tail: Tail = { endsLine: true };
  const { head, done } = await takeHeader(text);
  const parser = parse({
    delimiter: delimiter ?? detectDelimiter(head),
    relax_column_count: true,
    max_record_size: MAX_ROW,
  });
  pipeline(Readable.from(watchTail(head, done, text, tail)), parser, () => undefined);
  let number = 0;
  let width = 0;
  let held: Row | null = null;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      if (held) yield held;
      number += 1;
      if (number === 1) width = widthOf(cells);
      held = { number, cells };
    }
  } catch (cause) {
    throw explain(cause, label);
  } finally {
    parser.destroy();
  }
  if (held && held.number > 1 && !tail.endsLine && held.cells.length < width) {
    throw new SourceReadError(`The ${label} is cut short: its last row (${held.number}) ends in the middle.`);
  }
  if (held) yield held;
}

/** The columns up to the last one that has a name. */
export function widthOf(header: readonly string[]): number {
  return header.findLastIndex((cell) => cell.trim() !== '') + 1;
}

/** Whether the text that went by so far ended with a line end. */
interface Tail {
  endsLine: boolean;
}

async function takeHeader(text: AsyncGenerator<string>): Promise<{ head: string; done: boolean }> {
  let head = '';
  while (head.length < MAX_HEADER && !/[\r\n]/.test(head.replace(/"(?:[^"]|"")*("|$)/g, ''))) {
    const next = await text.next();
    if (next.done === true) return { head, done: true };
    head += next.value;
  }
  return { head, done: false };
}

async function* watchTail(
  head: string,
  done: boolean,
  text: AsyncGenerator<string>,
  tail: Tail,
): AsyncGenerator<string> {
  const watch = (part: string): string => {
    if (part !== '') tail.endsLine = /[\r\n]$/.test(part);
    return part;
  };
  if (head !== '') yield watch(head);
  if (done) return;
  for await (const part of text) if (part !== '') yield watch(part);
}

function explain(cause: unknown, label: string): unknown {
  if (cause instanceof SyncError) return cause;
  const { code, records } = (cause ?? {}) as { readonly code?: unknown; readonly records?: unknown };
  if (typeof code !== 'string' || !code.startsWith('CSV_')) return cause;
  const row = typeof records === 'number' ? `row ${records + 1}` : 'a row';
  const what =
    code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_MAX_RECORD_SIZE'
      ? `is cut short or broken: ${row} opens a quote that is never closed`
      : `can't be read as csv: ${row} has a quote in the wrong place`;
  return new SourceReadError(`The ${label} ${what}.`, { cause });
}
