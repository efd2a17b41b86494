import { SourceConfigError, SourceReadError } from '../../domain/errors.js';
import { StrictDecoder, UndecodableTextError } from '../../platform/text/strict-decoder.js';
import { analyse } from 'chardet';
import { encodingName, findEncoding } from '../../platform/text/find-encoding.js';

/** The input of the decoder. */
interface EncodedText {
  readonly bytes: AsyncGenerator<Buffer>;
  /** The name of the file in messages. */
  readonly label: string;
  /** undefined = determined from the first bytes. */
  readonly encoding: string | undefined;
}

/**
 * Decodes a file while it is read; byte order marks are removed.
 * @throws SourceConfigError for a file of another format; SourceReadError for an empty file, or for bytes that are not
 *   valid in the encoding, with their position
 */
export async function* decodeText({ bytes, label, encoding }: EncodedText): AsyncGenerator<string> {
  try {
    const sample = await takeSample(bytes);
    if (sample.length === 0) throw emptyFile(label);
    const other = otherFormat(sample);
    if (other !== null) throw new SourceConfigError(`The ${label} is ${other}, not csv. Export it as csv.`);
    const decoder = new StrictDecoder(detectEncoding(sample, label, encoding));
    yield decoder.write(sample);
    for await (const chunk of bytes) yield decoder.write(chunk);
    yield decoder.end();
  } catch (cause) {
    throw cause instanceof UndecodableTextError ? explain(cause, label) : cause;
  } finally {
    await bytes.return(undefined);
  }
}

/** A file without text, or with byte order marks and blank lines only. */
export function emptyFile(label: string): SourceReadError {
  return new SourceReadError(`The ${label} is empty, without a header. Export it again.`, { retry: false });
}

async function takeSample(bytes: AsyncGenerator<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let size = 0; size < SAMPLE_BYTES;) {
    const next = await bytes.next();
    if (next.done === true) break;
    chunks.push(next.value);
    size += next.value.length;
  }
  return Buffer.concat(chunks);
}

function explain(cause: UndecodableTextError, label: string): SourceReadError {
  const { encoding, line, offset } = cause;
  return new SourceReadError(
    `The ${label} has bytes that are not ${encoding}, first in line ${line} (byte ${offset}). ` +
      'Save it as UTF-8, or set "encoding" to the encoding of the program that writes it.',
    { cause, retry: false },
  );
}

/** The number of bytes that are read to determine the encoding. */
const SAMPLE_BYTES = 65_536;

/** The minimum confidence of chardet, of 100. With a lower confidence, some letters would be wrong. */
const SURE = 50;

/** For these encodings, chardet knows how often each character is used; for others, a high score is not reliable. */
const PROVABLE = new Set(['GB18030', 'Big5', 'Shift_JIS', 'EUC-JP', 'EUC-KR']);

/** Whether this server can decode the encoding with this label. */
export const isKnownEncoding = (label: string): boolean => encodingName(label) !== null;

/**
 * Determines the encoding of a file: from its byte order mark, the option, or its first bytes, in this order.
 * @param declared the option; undefined = not set
 * @throws SourceConfigError if the encoding is uncertain: with a wrong one, names would be garbled
 */
export function detectEncoding(sample: Buffer, label: string, declared?: string): string {
  const found = findEncoding(sample, declared);
  if (found !== null) return found;
  const [best] = analyse(sample);
  if (best && PROVABLE.has(best.name) && best.confidence >= SURE) return best.name.toLowerCase();
  const looks = best ? ` It may be ${best.name}.` : '';
  throw new SourceConfigError(
    `The ${label} is not UTF-8.${looks} Save it as UTF-8, or set "encoding", e.g. "gb18030" or "windows-1252".`,
  );
}

/** The first bytes of formats that are often configured as csv by mistake. */
const SIGNATURES: readonly (readonly [string, readonly number[]])[] = [
  ['compressed (gzip)', [0x1f, 0x8b]],
  ['a zip file or an Excel workbook (xlsx)', [0x50, 0x4b, 0x03, 0x04]],
  ['an Excel workbook (xls)', [0xd0, 0xcf, 0x11, 0xe0]],
  ['compressed (bzip2)', [0x42, 0x5a, 0x68]],
  ['compressed (xz)', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['compressed (zstd)', [0x28, 0xb5, 0x2f, 0xfd]],
  ['compressed (7z)', [0x37, 0x7a, 0xbc, 0xaf]],
  ['a PDF', [0x25, 0x50, 0x44, 0x46, 0x2d]],
];

/**
 * The format of a file that is not text, in words; null = it may be csv. A server returns a web page if a login has
 * expired.
 */
export function otherFormat(sample: Uint8Array): string | null {
  const found = SIGNATURES.find(([, signature]) => signature.every((byte, at) => sample[at] === byte));
  if (found) return found[0];
  const begin = Buffer.from(sample.subarray(0, 200)).toString('latin1');
  return /^(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml)/i.test(begin) ? 'a web page or XML' : null;
}
