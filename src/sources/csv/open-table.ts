import type { CsvOptions, CsvPlace } from './csv-options.js';
import type { CsvWorld } from './csv-world.js';
import { decodeText } from './decode-text.js';
import type { KnownColumns } from './known-columns.js';
import { type Header, mapHeader } from './map-header.js';
import { readFileBytes } from './read-file-bytes.js';
import { readRows, type Row } from './read-rows.js';
import { readUrlBytes } from './read-url-bytes.js';

/** A table to open, and what its columns may mean. */
export interface TableRequest {
  readonly what: 'users' | 'departments';
  readonly place: CsvPlace;
  readonly options: CsvOptions;
  readonly known: KnownColumns;
  /** Field without which no row has a meaning. */
  readonly required: string;
}

/** A file whose header is understood. Must be closed. */
export interface Table {
  /** For messages: which file it is. */
  readonly label: string;
  readonly header: Header;
  /** Once: the rows below the header, blank ones too. */
  readonly rows: AsyncIterable<Row>;
  /** So far. */
  sizeBytes(): number;
  close(): Promise<void>;
}

/**
 * Opens a file and reads its header.
 * @throws SyncError naming the file, and the column where it is about one
 */
export async function openTable(asked: TableRequest, world: CsvWorld): Promise<Table> {
  const { place, options } = asked;
  const label = labelOf(asked);
  const leave = new AbortController();
  const signal = AbortSignal.any([world.signal, leave.signal]);
  let sizeBytes = 0;
  const bytes = count(openBytes(place, label, { ...world, signal }), (length) => (sizeBytes += length));
  const text = decodeText({ bytes, label, encoding: options.encoding });
  const rows = readRows(text, { label, delimiter: options.delimiter });
  const close = async (): Promise<void> => {
    leave.abort();
    await rows.return(undefined);
  };
  try {
    const first = await rows.next();
    const cells = first.done === true ? [] : first.value.cells;
    const { known, required } = asked;
    const header = mapHeader(cells, { label, known, required, columns: place.columns ?? {} });
    return { label, header, rows, sizeBytes: () => sizeBytes, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function labelOf({ what, place }: TableRequest): string {
  if (place.file !== undefined) return `${what} file "${place.file}"`;
  return `${what} file at ${new URL(place.url ?? '').host}`;
}

function openBytes({ file, url = '', ca }: CsvPlace, label: string, world: CsvWorld): AsyncGenerator<Buffer> {
  return file === undefined ? readUrlBytes({ url, ca }, world) : readFileBytes(file, label, world);
}

async function* count(bytes: AsyncGenerator<Buffer>, add: (length: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    add(chunk.length);
    yield chunk;
  }
}
