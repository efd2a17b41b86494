import { decodeHexString } from './ber-hex-string.js';

/**
 * A distinguished name in a form for comparison: its RDNs, the one of the entry first, each in a normal form (RFC 4514,
 * section 3; values are compared without regard to case, to runs of spaces and to the form of escapes, RFC 4518).
 */
export type Dn = readonly string[];

/** Reads a DN as servers and users write it; null if it is not a DN. The empty text is the root: no RDNs. */
export function parseDn(text: string): Dn | null {
  if (text.trim() === '') return [];
  const rdns: string[] = [];
  for (const part of splitUnescaped(text, ',')) {
    const rdn = parseRdn(part);
    if (rdn === null) return null;
    rdns.push(rdn);
  }
  return rdns;
}

/** The text of the RDN of an entry, as it is in the DN. */
export function ownRdn(text: string): string {
  return splitUnescaped(text, ',')[0] ?? '';
}

/** One `attribute=value` of a relative DN. */
export interface NamingValue {
  /** As in the DN, in lower case: a short name or an object identifier. */
  readonly type: string;
  /** The value in its normal form, see `normalValue`. */
  readonly value: string;
}

/**
 * The values that distinguish an entry from its siblings: those of its RDN (RFC 4512, 2.3.1); empty if the DN is
 * unreadable.
 */
export function namingValues(text: string): readonly NamingValue[] {
  return parsePairs(ownRdn(text)) ?? [];
}

/** The form in which values are compared without regard to case and to runs of spaces. */
export function normalValue(text: string): string {
  return normalBytes(Buffer.from(text));
}

/** A text that is the same for two DNs of the same entry. */
export function dnKey(dn: Dn): string {
  return dn.join(',');
}

/** The keys of all entries above an entry, the nearest first, without the root. */
export function* ancestorKeys(dn: Dn): Generator<string> {
  for (let depth = 1; depth < dn.length; depth += 1) yield dnKey(dn.slice(depth));
}

/** Splits at a separator that is not escaped by a backslash. Do not split a DN at "," in another way. */
function splitUnescaped(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === separator) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}

function parseRdn(text: string): string | null {
  const pairs = parsePairs(text);
  // The pairs of one RDN are a set.
  return (
    pairs &&
    pairs
      .map(({ type, value }) => `${SHORT_NAMES[type] ?? type}=${value}`)
      .sort()
      .join('+')
  );
}

function parsePairs(text: string): NamingValue[] | null {
  const pairs: NamingValue[] = [];
  for (const part of splitUnescaped(text, '+')) {
    const equals = part.indexOf('=');
    const type = cleanType(part.slice(0, Math.max(equals, 0)));
    const value = parseValue(part.slice(equals + 1));
    if (type === null || value === null) return null;
    pairs.push({ type, value });
  }
  return pairs;
}

/** The long names and object identifiers in the table of RFC 4514, and other names that servers write. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'cn',
  commonname: 'cn',
  '2.5.4.7': 'l',
  localityname: 'l',
  '2.5.4.8': 'st',
  stateorprovincename: 'st',
  '2.5.4.10': 'o',
  organizationname: 'o',
  '2.5.4.11': 'ou',
  organizationalunitname: 'ou',
  '2.5.4.6': 'c',
  countryname: 'c',
  '0.9.2342.19200300.100.1.25': 'dc',
  domaincomponent: 'dc',
  '0.9.2342.19200300.100.1.1': 'uid',
  userid: 'uid',
};

function cleanType(text: string): string | null {
  const type = text
    .trim()
    .toLowerCase()
    .replace(/^oid\./, '');
  if (!/^([a-z][a-z0-9-]*|\d+(\.\d+)+)$/.test(type)) return null;
  return type;
}

function parseValue(raw: string): string | null {
  const trimmed = raw.replace(/^ +/, '');
  if (trimmed.startsWith('#')) return parseHexValue(trimmed.trimEnd().slice(1));
  const bytes = unescape(trimmed);
  return bytes === null ? null : normalBytes(bytes);
}

function parseHexValue(hex: string): string | null {
  if (!/^([0-9a-f]{2})+$/i.test(hex)) return null;
  const bytes = Buffer.from(hex, 'hex');
  const text = decodeHexString(bytes);
  return text === null ? `#${hex.toLowerCase()}` : normalBytes(text);
}

/** Removes the escapes: `\,` means the character, `\2C` one byte of its UTF-8. */
function unescape(text: string): Buffer | null {
  const chunks: Buffer[] = [];
  for (const [piece] of text.matchAll(/\\[0-9a-f]{2}|\\[^]|[^\\]+|\\$/giu)) {
    if (piece === '\\') return null;
    if (!piece.startsWith('\\')) chunks.push(Buffer.from(piece));
    else if (piece.length === 3) chunks.push(Buffer.from(piece.slice(1), 'hex'));
    else chunks.push(Buffer.from(piece.slice(1)));
  }
  return Buffer.concat(chunks);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function normalBytes(bytes: Buffer): string {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    // Not text: it can be identified only by its bytes.
    return `#${bytes.toString('hex')}`;
  }
  const normal = text.normalize('NFKC').toLowerCase().normalize('NFKC').replace(/\s+/gu, ' ').trim();
  return normal.replace(/[\\,+]|^#/gu, '\\$&');
}
