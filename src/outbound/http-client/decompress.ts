import { pipeline, Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';

/** More codings on top of each other have no use but to make a bomb. */
const MAX_CODINGS = 2;

/** Content codings that are unpacked (RFC 9110, 8.4.1), as names of one kind. */
const KNOWN: Readonly<Record<string, 'gzip' | 'deflate' | 'br'>> = {
  ...{ gzip: 'gzip', 'x-gzip': 'gzip', deflate: 'deflate', br: 'br' },
};

/**
 * The codings of an answer, in the order in which they were applied; null where one of them is not known.
 * @param header Content-Encoding as it was sent
 */
export function codingsOf(header: string | readonly string[] | undefined): readonly string[] | null {
  const text = typeof header === 'string' ? header : (header?.join(',') ?? '');
  const names = text
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
  const known = names.map((name) => (Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined));
  if (known.length > MAX_CODINGS || known.includes(undefined)) return null;
  return known as string[];
}

/**
 * Unpacks a body as it is read; one without a byte is empty, whatever it is called. The reader counts the bytes that
 * come out and stops at its cap: a bomb is never unpacked further. Errors of zlib come out of the stream.
 */
export async function* decompress(body: Readable, codings: readonly string[]): AsyncGenerator<Buffer> {
  const coding = codings.at(-1);
  if (coding === undefined) {
    yield* body as AsyncIterable<Buffer>;
    return;
  }
  const source = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first = await source.next();
  if (first.done === true) return;
  const whole = async function* () {
    for (let part: IteratorResult<Buffer> = first; part.done !== true; part = await source.next()) yield part.value;
  };
  const unpack = unpackerOf(coding, first.value);
  // Its error is that of the stream that is read.
  pipeline(Readable.from(whole()), unpack, () => undefined);
  yield* decompress(unpack, codings.slice(0, -1));
}

/** deflate is the zlib format (RFC 9110, 8.4.1.2); some servers send bare DEFLATE data, which the first byte shows. */
function unpackerOf(coding: string, begin: Buffer): Transform {
  if (coding === 'br') return createBrotliDecompress();
  if (coding === 'gzip') return createGunzip();
  return ((begin[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw();
}
