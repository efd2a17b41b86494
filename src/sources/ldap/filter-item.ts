import {
  ApproximateFilter,
  EqualityFilter,
  ExtensibleFilter,
  type Filter,
  GreaterThanEqualsFilter,
  LessThanEqualsFilter,
  PresenceFilter,
  SubstringFilter,
} from 'ldapts';

/** A filter that cannot be read. The message names the position and what to write there. */
export class FilterSyntaxError extends Error {
  override readonly name = 'FilterSyntaxError';
  constructor(what: string, text: string, at: number) {
    super(`${what} (${placeOf(text, at)})`);
  }
}

/** `character 12, at "(uid=x)"`; with the line if the filter has several. Both count from 1. */
function placeOf(text: string, at: number): string {
  const before = text.slice(0, at);
  const lines = before.split(/\r\n|\r|\n/);
  const line = /[\r\n]/.test(text) ? `line ${lines.length}, ` : '';
  const rest = text.slice(at).trimStart();
  const near =
    rest === '' ? 'at the end' : `at "${rest.slice(0, 20).replace(/\s+/g, ' ')}${rest.length > 20 ? '…' : ''}"`;
  return `${line}character ${(lines.at(-1) ?? '').length + 1}, ${near}`;
}

/** The position of an item in the text of the filter. */
interface ItemPlace {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** Whether white space is between "(" and the item: then white space before ")" is layout too. */
  readonly spaced: boolean;
}

/** An attribute description, or that of an extensible match with its rule. */
const DESCRIPTION = /^(?:[a-z0-9][a-z0-9._-]*(?:;[a-z0-9-]+)*)?(?::dn)?(?::[a-z0-9][a-z0-9._-]*)?$/i;

/**
 * Makes the filter of one item, `attribute operator value` (RFC 4515).
 * @throws FilterSyntaxError
 */
export function makeFilterItem(text: string, place: ItemPlace): Filter {
  const raw = text.slice(place.start, place.end);
  const fail = (what: string, at = 0) => new FilterSyntaxError(what, text, place.start + at);
  const equals = raw.indexOf('=');
  if (equals < 0)
    throw fail(raw.trim() === '' ? 'an attribute is missing' : 'an operator is missing: =, >=, <=, ~= or :=');
  const sign = /[~<>:!]$/.exec(raw.slice(0, equals))?.[0] ?? '';
  if (sign === '!') throw fail('"!=" is not an operator; write (!(attribute=value))', equals - 1);
  const left = raw.slice(0, equals - sign.length);
  const attribute = left.trimEnd();
  if (!DESCRIPTION.test(attribute) || attribute === '') {
    throw fail(attribute === '' ? 'an attribute is missing' : `"${attribute}" is not the name of an attribute`);
  }
  if (sign !== ':' && attribute.includes(':')) throw fail('a matching rule needs the operator ":="');
  const value = trimLayout(raw.slice(equals + 1), { start: attribute !== left, end: place.spaced });
  const decode = (part: string) => decodeValue(part, (what) => fail(what, equals + 1));
  return makeItem({ attribute, sign, value, decode, fail: (what) => fail(what, equals + 1) });
}

interface Item {
  readonly attribute: string;
  readonly sign: string;
  readonly value: string;
  readonly decode: (part: string) => Buffer;
  readonly fail: (what: string) => FilterSyntaxError;
}

function makeItem(item: Item): Filter {
  const { attribute, sign, value } = item;
  switch (sign) {
    case '>':
      return new GreaterThanEqualsFilter({ attribute, value: asText(item, value) });
    case '<':
      return new LessThanEqualsFilter({ attribute, value: asText(item, value) });
    case '~':
      return new ApproximateFilter({ attribute, value: asText(item, value) });
    case ':':
      return extensible(item);
    default:
      return value.includes('*') ? withWildcards(item) : new EqualityFilter({ attribute, value: valueOf(item) });
  }
}

/** Bytes that are not text, such as those of an objectGUID, are sent as bytes. */
function valueOf({ value, decode }: Item): string | Buffer {
  const bytes = decode(value);
  return toText(bytes) ?? bytes;
}

function asText({ decode, fail }: Item, part: string): string {
  const text = toText(decode(part));
  if (text === null) throw fail('bytes that are not UTF-8 can be compared with "=" only');
  return text;
}

function extensible(item: Item): Filter {
  const [matchType = '', ...rest] = item.attribute.split(':');
  const dnAttributes = rest[0]?.toLowerCase() === 'dn';
  const rule = rest[dnAttributes ? 1 : 0] ?? '';
  if (matchType === '' && rule === '') throw item.fail('":=" needs an attribute or a matching rule');
  return new ExtensibleFilter({ matchType, dnAttributes, rule, value: asText(item, item.value) });
}

function withWildcards(item: Item): Filter {
  const { attribute } = item;
  const parts = splitAtStars(item.value);
  if (parts.length === 1) return new EqualityFilter({ attribute, value: valueOf(item) });
  const [initial = '', ...rest] = parts.map((part) => asText(item, part));
  const final = rest.pop() ?? '';
  const any = rest.filter((part) => part !== '');
  if (initial === '' && final === '' && any.length === 0) return new PresenceFilter({ attribute });
  return new SubstringFilter({ attribute, initial, any, final });
}

/** Splits at each star that is not escaped by a backslash. */
function splitAtStars(value: string): string[] {
  const parts = [''];
  for (const [piece] of value.matchAll(/\\[^]|[^]/gu)) {
    if (piece === '*') parts.push('');
    else parts[parts.length - 1] += piece;
  }
  return parts;
}

/** Line breaks at the ends of a value are layout; spaces are layout if the item has spaces around it. */
function trimLayout(value: string, { start, end }: { start: boolean; end: boolean }): string {
  const [leading = ''] = /^\s*/.exec(value) ?? [];
  const from = start || /[\r\n]/.test(leading) ? leading.length : 0;
  const rest = value.slice(from);
  // An escaped space is not layout.
  const trailing = /(?<!\\)\s*$/.exec(rest)?.[0] ?? '';
  return end || /[\r\n]/.test(trailing) ? rest.slice(0, rest.length - trailing.length) : rest;
}

function decodeValue(part: string, fail: (what: string) => FilterSyntaxError): Buffer {
  const chunks: Buffer[] = [];
  for (const [piece] of part.matchAll(/\\[0-9a-f]{2}|\\[*()\\]|\\|[^\\]+/giu)) {
    if (piece === '\\')
      throw fail('a backslash must be followed by two hexadecimal digits; write \\5c for a backslash');
    if (!piece.startsWith('\\')) chunks.push(Buffer.from(piece));
    else if (piece.length === 3) chunks.push(Buffer.from(piece.slice(1), 'hex'));
    else chunks.push(Buffer.from(piece.slice(1)));
  }
  return Buffer.concat(chunks);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function toText(bytes: Buffer): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}
