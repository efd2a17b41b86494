import { SourceReadError } from '../../domain/errors.js';
import { detectEncoding, SAMPLE_BYTES } from './encodings.js';

/** What is being decoded. */
export interface EncodedText {
  readonly bytes: AsyncGenerator<Buffer>;
  /** For messages: which file it is. */
  readonly label: string;
  /** undefined = find it by the first bytes. */
  readonly encoding: string | undefined;
}

/**
 * Decodes a file as it is read; a byte order mark is left out.
 * @throws SourceReadError for no bytes at all, or for bytes that are none of the encoding
 */
export async function* decodeText({ bytes, label, encoding }: EncodedText): AsyncGenerator<string> {
  try {
    const sample = await takeSample(bytes);
    if (sample.length === 0) throw new SourceReadError(`The ${label} has no bytes. Was it being written?`);
    const name = encoding ?? detectEncoding(sample, label);
    const decoder = new TextDecoder(name, { fatal: true });
    const decode = (chunk?: Buffer): string => decodeChunk(decoder, chunk, { label, name });
    yield decode(sample);
    for await (const chunk of bytes) yield decode(chunk);
    yield decode();
  } finally {
    await bytes.return(undefined);
  }
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

function decodeChunk(
  decoder: InstanceType<typeof TextDecoder>,
  chunk: Buffer | undefined,
  what: { label: string; name: string },
): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (cause) {
    const { label, name } = what;
    throw new SourceReadError(`The ${label} has bytes that are not ${name}. Set "encoding" or save it as UTF-8.`, {
      cause,
    });
  }
}
