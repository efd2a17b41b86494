import { RequestError } from '../domain/errors.js';

/** Objects and lists inside each other. */
const MAX_DEPTH = 16;
/** Of a whole body. */
const MAX_KEYS = 500_000;
/** Of one object. */
const MAX_KEYS_OF_ONE = 10_000;

/** What an object must not hold: code that copies fields could reach what all objects share. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);
const SHORTEST_FORBIDDEN = 9;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/**
 * Looks over JSON, one value or one a line, before it is parsed: parsing builds whatever was sent.
 *
 * It does not judge whether the JSON is valid; what it lets through is at most 16 levels deep and has at most 500,000
 * keys, 10,000 in one object.
 * @throws RequestError `too_deep`, `too_many_keys`, `forbidden_key`.
 */
export function scanJson(bytes: Uint8Array): void {
  const keysAt = new Uint32Array(MAX_DEPTH + 1);
  let depth = 0;
  let keys = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      const end = endOfString(bytes, at + 1);
      if (isKey(bytes, end + 1)) {
        keys += 1;
        const ofOne = (keysAt[depth] = (keysAt[depth] ?? 0) + 1);
        if (keys > MAX_KEYS || ofOne > MAX_KEYS_OF_ONE) throw tooManyKeys();
        refuseForbidden(bytes, at, end);
      }
      at = end;
    } else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > MAX_DEPTH) throw new RequestError(422, 'too_deep', `The body has more than ${MAX_DEPTH} levels.`);
      keysAt[depth] = 0;
    } else if (byte === 0x7d || byte === 0x5d) depth = Math.max(0, depth - 1);
  }
}

/** The place of the closing quote, or the end. */
function endOfString(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at += 1) {
    if (bytes[at] === BACKSLASH) at += 1;
    else if (bytes[at] === QUOTE) return at;
  }
  return bytes.length;
}

/** Whether a colon follows, after any white space of JSON. */
function isKey(bytes: Uint8Array, from: number): boolean {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at += 1;
  return bytes[at] === COLON;
}

/** A key may be written with escapes: `\u005f_proto__`. */
function refuseForbidden(bytes: Uint8Array, quote: number, end: number): void {
  const length = end - quote - 1;
  // Each of the longest one's letters escaped.
  if (length < SHORTEST_FORBIDDEN || length > 6 * 'constructor'.length) return;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + quote, end - quote + 1).toString('latin1');
  const key = text.includes('\\') ? unescaped(text) : text.slice(1, -1);
  if (FORBIDDEN.has(key)) throw new RequestError(422, 'forbidden_key', `The body has a key "${key}".`);
}

function unescaped(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    return '';
  }
}

function tooManyKeys(): RequestError {
  return new RequestError(422, 'too_many_keys', `At most ${MAX_KEYS} keys, ${MAX_KEYS_OF_ONE} in one object.`);
}
