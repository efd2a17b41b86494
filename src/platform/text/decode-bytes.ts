import { findEncoding } from './find-encoding.js';
import { StrictDecoder } from './strict-decoder.js';

const SAMPLE_BYTES = 65_536;

/**
 * Decodes a whole text: by its byte order mark, else as declared, else as the Unicode encoding that its bytes are,
 * else as UTF-8. Byte order marks are left out.
 * @param declared the label that the sender gives, e.g. the charset of an HTTP answer
 * @throws UnknownEncodingError UndecodableTextError
 */
export function decodeBytes(bytes: Uint8Array, declared?: string): string {
  const encoding = findEncoding(bytes.subarray(0, SAMPLE_BYTES), declared) ?? 'utf-8';
  const decoder = new StrictDecoder(encoding);
  return decoder.write(bytes) + decoder.end();
}
