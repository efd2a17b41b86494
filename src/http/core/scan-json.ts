import { RequestError } from '../../domain/errors.js';

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
const COMMA = 0x2c;

/** Bytes between two steps: less than a millisecond. */
const STEP_BYTES = 65_536;

/** A list that is the value of a key of the outermost object: where its items are. */
export interface ListOutline {
  /** Behind the opening bracket. */
  readonly from: number;
  /** Of the closing bracket. */
  readonly to: number;
  /** Between the items. */
  readonly commas: readonly number[];
}

/**
 * Looks over JSON, one value or one a line, before it is parsed: parsing builds whatever was sent.
 *
 * It does not judge whether the JSON is valid; what it lets through is at most 16 levels deep and has at most 500,000
 * keys, 10,000 in one object.
 * @throws RequestError `too_deep`, `too_many_keys`, `forbidden_key`.
 */
export function scanJson(bytes: Uint8Array): void {
  for (const _ of scanInSteps(bytes));
}

/**
 * The same in steps, for large bodies.
 * @param maxItems of a list in the outermost object
 * @returns the outlines of those lists, in their order; empty where `maxItems` is not given
 * @throws RequestError also 413 `too_many_records`, and 400 `invalid_json` for such a list without an end.
 */
export function* scanInSteps(bytes: Uint8Array, maxItems = 0): Generator<void, readonly ListOutline[]> {
  const bounds = new Bounds(bytes);
  const lists = new ListFinder(maxItems);
  for (let at = 0, next = STEP_BYTES; at < bytes.length; at += 1) {
    if (at >= next) {
      next = at + STEP_BYTES;
      yield;
    }
    const byte = bytes[at];
    if (byte === QUOTE) {
      const end = endOfString(bytes, at + 1);
      if (isKey(bytes, end + 1)) bounds.key(at, end);
      at = end;
    } else if (byte === 0x7b || byte === 0x5b) lists.open(bounds.open(), at, byte === 0x5b);
    else if (byte === 0x7d || byte === 0x5d) lists.close(bounds.close(), at);
    else if (byte === COMMA) lists.comma(bounds.depth, at);
  }
  return lists.found();
}

/** Counts levels and keys. */
class Bounds {
  depth = 0;
  private keys = 0;
  private readonly keysAt = new Uint32Array(MAX_DEPTH + 1);

  constructor(private readonly bytes: Uint8Array) {}

  key(at: number, end: number): void {
    this.keys += 1;
    const ofOne = (this.keysAt[this.depth] = (this.keysAt[this.depth] ?? 0) + 1);
    if (this.keys > MAX_KEYS || ofOne > MAX_KEYS_OF_ONE) throw tooManyKeys();
    refuseForbidden(this.bytes, at, end);
  }

  /** @returns the level that begins. */
  open(): number {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw new RequestError(422, 'too_deep', `The body has more than ${MAX_DEPTH} levels.`);
    this.keysAt[this.depth] = 0;
    return this.depth;
  }

  /** @returns the level that ends. */
  close(): number {
    const ended = this.depth;
    this.depth = Math.max(0, ended - 1);
    return ended;
  }
}

/** The outermost object is the first level. */
const LIST_DEPTH = 2;

/** Notes lists that stand directly in the outermost object. */
class ListFinder {
  private readonly lists: ListOutline[] = [];
  private isInObject = false;
  private current: { from: number; commas: number[] } | null = null;

  constructor(private readonly maxItems: number) {}

  open(depth: number, at: number, isList: boolean): void {
    if (depth === 1) this.isInObject = !isList;
    if (depth === LIST_DEPTH && isList && this.isInObject && this.maxItems > 0)
      this.current = { from: at + 1, commas: [] };
  }

  close(depth: number, at: number): void {
    if (depth !== LIST_DEPTH || this.current === null) return;
    this.lists.push({ ...this.current, to: at });
    this.current = null;
  }

  comma(depth: number, at: number): void {
    if (depth !== LIST_DEPTH || this.current === null) return;
    if (this.current.commas.push(at) >= this.maxItems) throw tooManyRecords(this.maxItems);
  }

  found(): readonly ListOutline[] {
    if (this.current !== null) throw new RequestError(400, 'invalid_json', 'The body is not valid JSON.');
    return this.lists;
  }
}

/** The refusal of a body with too many records. */
export function tooManyRecords(most: number): RequestError {
  return new RequestError(413, 'too_many_records', `A request can have at most ${most} records.`);
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
  if (FORBIDDEN.has(key)) throw new RequestError(422, 'forbidden_key', `The key "${key}" is not allowed in a body.`);
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
