import { RequestError } from '../../domain/errors.js';
import { isCleanText } from '../../domain/text.js';

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

/** Where something in a value can't be stored, and why. */
interface BadText {
  /** Keys and indexes with dots between, e.g. `records.3.name`. */
  readonly path: string;
  readonly reason: 'invalid_text' | 'too_deep';
}

/** A value to look at and the way to it. */
interface Visit {
  readonly value: unknown;
  readonly key: string | number;
  readonly parent: Visit | null;
  readonly depth: number;
}

/** Deeper than any record needs, and shallow enough for whatever walks it after. */
const MAX_DEPTH = 64;

/**
 * Finds the first text that PostgreSQL can't hold: U+0000, or half of a surrogate pair, in a value or a key.
 * Walks without recursion: the input is untrusted.
 */
export function findBadText(root: unknown): BadText | null {
  const stack: Visit[] = [{ value: root, key: '', parent: null, depth: 0 }];
  for (let visit = stack.pop(); visit; visit = stack.pop()) {
    const { value, depth } = visit;
    if (typeof value === 'string' && !isCleanText(value)) return { path: pathOf(visit), reason: 'invalid_text' };
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= MAX_DEPTH) return { path: pathOf(visit), reason: 'too_deep' };
    if (!Array.isArray(value) && !Object.keys(value).every(isCleanText))
      return { path: pathOf(visit), reason: 'invalid_text' };
    for (const inner of innerOf(visit, value)) stack.push(inner);
  }
  return null;
}

/** Backwards, because the stack turns them around: the first bad text is the one that is named. */
function innerOf(parent: Visit, value: object): Visit[] {
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((element: unknown, at) => [at, element])
    : Object.entries(value);
  return entries.reverse().map(([key, inner]) => ({ value: inner, key, parent, depth: parent.depth + 1 }));
}

function pathOf(visit: Visit): string {
  const keys: (string | number)[] = [];
  for (let at = visit; at.parent; at = at.parent) keys.push(at.key);
  return keys.reverse().join('.');
}
