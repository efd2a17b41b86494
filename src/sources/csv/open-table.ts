import type { CsvOptions, CsvPlace } from './csv-options.js';
import { type CsvWorld, readFileBytes, readUrlBytes } from './read-file-bytes.js';
import { decodeText, emptyFile } from './decode-text.js';
import { headerAgain } from './header-again.js';
import { cleanName } from './header-name.js';
import { withoutInnerMarks } from './inner-marks.js';
import { hasRequired, type Header, type KnownColumns, mapHeader } from './map-header.js';
import { readRows, type Row, type Rows } from './read-rows.js';

/** A table to open, and the possible meanings of its columns. */
export interface TableRequest {
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
