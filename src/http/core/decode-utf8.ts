import { RequestError } from '../../domain/errors.js';

const WHOLE = new TextDecoder('utf-8', { fatal: true });
const PIECE = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes a body; a byte order mark at its beginning is left out.
 * @throws RequestError `invalid_json`
 */
export function decodeUtf8(bytes: Uint8Array): string {
  return decodeBy(WHOLE, bytes);
}

/**
 * Decodes what stands further on in a body: a byte order mark is a character there, as in the whole body.
 * @throws RequestError `invalid_json`
 */
export function decodePiece(bytes: Uint8Array): string {
  return decodeBy(PIECE, bytes);
}

function decodeBy(decoder: typeof WHOLE, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new RequestError(400, 'invalid_json', 'The body is not valid UTF-8.');
  }
}

/** The refusal of what is no JSON. */
export function invalidJson(what: string): RequestError {
  return new RequestError(400, 'invalid_json', `${what} is not valid JSON.`);
}
