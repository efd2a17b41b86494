import type { CsvOptions, CsvPlace } from './csv-options.js';
import { type CsvWorld, readFileBytes, readUrlBytes } from './read-file-bytes.js';
import { decodeText, emptyFile } from './decode-text.js';
import { cleanName, plainName, sameName } from './header-name.js';
import { hasRequired, type Header, type HeaderRules, type KnownColumns, mapHeader } from './map-header.js';
import { readRows, type Row, type Rows } from './read-rows.js';
import { SourceReadError } from '../../domain/errors.js';

/** A table to open, and the possible meanings of its columns. */
interface TableRequest {
  readonly what: 'users' | 'departments';
  readonly place: CsvPlace;
  readonly options: CsvOptions;
  readonly known: KnownColumns;
  /** The field that every row requires. */
  readonly required: string;
}

/** A file whose header was read. It must be closed. */
export interface Table {
  /** The name of the file in messages. */
  readonly label: string;
  readonly header: Header;
  /** The header in a row below the header, in joined files; null = the row is not a header. */
  readonly headerIn: (row: Row, current: Header) => Header | null;
  /** The field that identifies the record of a row. */
  readonly idField: string;
  /** The rows below the header, including blank rows. It can be read once. */
  readonly rows: Rows;
  /** The bytes that were read so far. */
  sizeBytes(): number;
  close(): Promise<void>;
}

/**
 * Opens a file and reads its header.
 * @throws SyncError that names the file, and the column if the error is about one
 */
export async function openTable(asked: TableRequest, world: CsvWorld): Promise<Table> {
  const { place, options } = asked;
  const label = labelOf(asked);
  const leave = new AbortController();
  const signal = AbortSignal.any([world.signal, leave.signal]);
  let sizeBytes = 0;
  const bytes = count(openBytes(place, label, { ...world, signal }), (length) => (sizeBytes += length));
  const text = withoutInnerMarks(decodeText({ bytes, label, encoding: options.encoding }));
  const { known, required } = asked;
  const rules = { label, known, required, columns: place.columns ?? {} };
  const { delimiter, lastLineEnd } = options;
  const rows = readRows(text, { label, delimiter, lastLineEnd, isHeader: (cells) => hasRequired(cells, rules) });
  const close = async (): Promise<void> => {
    leave.abort();
    await rows.return(undefined);
  };
  try {
    const first = await rows.next();
    const cells = first.done === true ? [] : first.value.cells;
    if (cells.every((cell) => cleanName(cell) === '')) throw emptyFile(label);
    const header = mapHeader(cells, rules);
    const headerIn: Table['headerIn'] = (row, current) => headerAgain(row, current, rules);
    return { label, header, headerIn, idField: required, rows, sizeBytes: () => sizeBytes, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function labelOf({ what, place }: TableRequest): string {
  if (place.file !== undefined) return `${what} file "${place.file}"`;
  return `${what} file at ${new URL(place.url ?? '').host}`;
}

function openBytes({ file, url = '', auth, ca }: CsvPlace, label: string, world: CsvWorld): AsyncGenerator<Buffer> {
  return file === undefined ? readUrlBytes({ url, auth, ca }, world) : readFileBytes(file, label, world);
}

async function* count(bytes: AsyncGenerator<Buffer>, add: (length: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    add(chunk.length);
    yield chunk;
  }
}

/**
 * Reads a row below the header as another header: files that were joined (`cat a.csv b.csv`) have one each, and their
 * columns may have another order. Such a row contains the required column, has the name of a column in the place of the
 * id, and at least half of its cells are names of columns.
 * @returns null for a row of the table
 * @throws SourceConfigError if it is a header and cannot be read
 */
function headerAgain(row: Row, current: Header, rules: HeaderRules): Header | null {
  const { cells, number } = row;
  const id = cells[current.fields.get(rules.required) ?? 0] ?? '';
  const isName = (cell: string): boolean => isKnown(cell, rules) || current.names.some((name) => sameName(name, cell));
  if (isGlued(cells, current, isName)) throw glued(number, rules);
  if (!isName(id) || !hasRequired(cells, rules)) return null;
  const texts = cells.filter((cell) => cell.trim() !== '');
  const names = texts.filter(isName);
  const least = Math.min(2, current.names.filter((name) => name !== '').length);
  if (names.length < least || names.length * 2 < texts.length) return null;
  return mapHeader(cells, { ...rules, label: `${rules.label}, in the header of row ${number},` });
}

/** Finds a last row without a line end that is followed by the header of the next file. */
function isGlued(cells: readonly string[], { width }: Header, isName: (cell: string) => boolean): boolean {
  const behind = cells.slice(width);
  if (width < 2 || behind.length === 0 || !behind.every((cell) => cell.trim() !== '' && isName(cell))) return false;
  const joint = cells[width - 1] ?? '';
  return !isName(joint) && Array.from(joint, (_, at) => joint.slice(at + 1)).some((end) => end !== '' && isName(end));
}

function glued(number: number, { label }: HeaderRules): SourceReadError {
  const what = `row ${number} continues with the header of another file, because the file before it has no final line end`;
  return new SourceReadError(`The ${label} cannot be read as csv: ${what}. Join them again.`, { retry: false });
}

function isKnown(cell: string, { known }: HeaderRules): boolean {
  const name = plainName(cell);
  return Object.entries(known).some(([field, others]) => name === plainName(field) || others.includes(name));
}

/**
 * Removes the byte order marks at the beginning of lines: in joined files, each file after the first begins with one,
 * and a quote after it would not count as an opening quote. The decoder removes the first one.
 */
async function* withoutInnerMarks(text: AsyncGenerator<string>): AsyncGenerator<string> {
  let isLineStart = true;
  for await (const part of text) {
    const whole = isLineStart ? part.replace(/^\ufeff+/, '') : part;
    yield whole.replace(/([\r\n])\ufeff+/g, '$1');
    if (part !== '') isLineStart = /[\r\n]\ufeff*$/.test(part);
  }
}
