import { openByteDecoder } from './byte-decoder.js';

/** The label of an encoding is not one that this server can decode. */
export class UnknownEncodingError extends Error {
  override readonly name = 'UnknownEncodingError';
  constructor(readonly label: string) {
    super(`This server cannot decode the encoding "${label}".`);
  }
}

/** Byte order marks, longer ones first: that of UTF-32LE begins with that of UTF-16LE (Unicode 16, table 2-4). */
const MARKS: readonly (readonly [string, readonly number[]])[] = [
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** Half of the bytes of a UTF-16 text that is also valid UTF-8 are below 0x20; in other texts fewer are. */
const MAX_CONTROL_SHARE = 0.4;

/** Delimiters, digits and line ends alone give a UTF-16 table more zero bytes than this, by pair. */
const MIN_ZERO_SHARE = 0.1;

/**
 * Finds the encoding of a text: its byte order mark, then what its sender declares, then the zero bytes of UTF-16 and
 * UTF-32, then valid UTF-8.
 * @param sample the first bytes of the text; 64 kB are enough
 * @param declared the label that the sender gives; undefined = none
 * @returns null when the sample is none of the Unicode encodings and nothing is declared
 * @throws UnknownEncodingError for a declared label that this server does not know
 */
export function findEncoding(sample: Uint8Array, declared?: string): string | null {
  const marked = MARKS.find(([, mark]) => mark.every((byte, at) => sample[at] === byte));
  if (marked) return marked[0];
  if (declared === undefined) return byContent(sample);
  const name = encodingName(declared);
  if (name === null) throw new UnknownEncodingError(declared);
  if (name !== 'utf-16' && name !== 'utf-32') return name;
  return byZeros(sample, name) ?? `${name}le`;
}

function byContent(sample: Uint8Array): string | null {
  const text = decoded(sample, 'utf-8');
  if (!sample.includes(0)) return text === null ? null : 'utf-8';
  if (text !== null && controlShare(text) < MAX_CONTROL_SHARE) return 'utf-8';
  return byZeros(sample, 'utf-32') ?? byZeros(sample, 'utf-16') ?? (text === null ? null : 'utf-8');
}

/** The byte order in which most characters have their leading bytes zero, and all are characters. */
function byZeros(sample: Uint8Array, name: 'utf-16' | 'utf-32'): string | null {
  const width = name === 'utf-16' ? 2 : 4;
  const zeros = Array.from({ length: width }, () => 0);
  for (let at = 0; at < sample.length; at += 1) if (sample[at] === 0) zeros[at % width]! += 1;
  const [first = 0, last = 0] = [zeros[0], zeros[width - 1]];
  const units = Math.floor(sample.length / width);
  const isClear = (lead: number, trail: number): boolean => lead > trail * 3 && lead >= units * MIN_ZERO_SHARE;
  if (units === 0) return null;
  if (isClear(last, first) && decoded(sample, `${name}le`) !== null) return `${name}le`;
  if (isClear(first, last) && decoded(sample, `${name}be`) !== null) return `${name}be`;
  return null;
}

/** null = the bytes are not of the encoding; a character that the end of the sample cuts does not count. */
function decoded(sample: Uint8Array, name: string): string | null {
  try {
    return openByteDecoder(name).decode(sample);
  } catch {
    return null;
  }
}

function controlShare(text: string): number {
  // eslint-disable-next-line no-control-regex -- they are what is counted
  return (text.match(/[\x00-\x1f]/g)?.length ?? 0) / Math.max(1, text.length);
}

/** Labels of RFC 3629, RFC 2781 and of well-known writers that the WHATWG list of encodings lacks. */
const OTHER_LABELS: Readonly<Record<string, string>> = {
  'utf-8-sig': 'utf-8',
  'utf-8-bom': 'utf-8',
  utf8mb4: 'utf-8',
  'utf-32': 'utf-32',
  utf32: 'utf-32',
  'ucs-4': 'utf-32',
  'utf-32le': 'utf-32le',
  utf32le: 'utf-32le',
  'utf-32be': 'utf-32be',
  utf32be: 'utf-32be',
  // WHATWG reads the label as little-endian; RFC 2781 leaves the byte order to the text.
  'utf-16': 'utf-16',
  utf16: 'utf-16',
  'ucs-2': 'utf-16',
  utf16le: 'utf-16le',
  utf16be: 'utf-16be',
  cp936: 'gbk',
  cp949: 'euc-kr',
  cp950: 'big5',
  cp932: 'shift_jis',
  'windows-936': 'gbk',
};

/**
 * The name by which this server decodes an encoding, in lower case; null = it does not know the label.
 * `utf-16` and `utf-32` leave the byte order open.
 * @param label as a person or an HTTP header writes it; quotes and white space around it do not matter
 */
export function encodingName(label: string): string | null {
  const plain = label
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2')
    .trim()
    .toLowerCase();
  const other = Object.hasOwn(OTHER_LABELS, plain) ? OTHER_LABELS[plain] : undefined;
  if (other !== undefined) return other;
  try {
    return new TextDecoder(plain, { fatal: true }).encoding;
  } catch {
    return null;
  }
}
