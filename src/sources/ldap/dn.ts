import { decodeHexString } from './ber-hex-string.js';

/**
 * A distinguished name for comparing: its RDNs, the entry's own first, each in one normal form (RFC 4514, section 3;
 * values compare without regard to case, to runs of spaces and to how a character was escaped, RFC 4518).
 */
export type Dn = readonly string[];

/** Reads a DN as servers and people write it; null when it is none. The empty text is the root: no RDNs. */
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

/** The text of an entry's own RDN, as it stands in the DN. */
export function ownRdn(text: string): string {
  return splitUnescaped(text, ',')[0] ?? '';
}

/** One `attribute=value` of a relative DN. */
export interface NamingValue {
  /** As it stands in the DN, in lower case: a short name or an object identifier. */
  readonly type: string;
  /** The value in its normal form, see `normalValue`. */
  readonly value: string;
}

/** The values that name an entry among its siblings: those of its own RDN (RFC 4512, 2.3.1); none where the DN is unreadable. */
export function namingValues(text: string): readonly NamingValue[] {
  return parsePairs(ownRdn(text)) ?? [];
}

/** The form in which two values of an attribute without regard to case and to runs of spaces are the same. */
export function normalValue(text: string): string {
  return normalBytes(Buffer.from(text));
}

/** The text by which two DNs are the same entry. */
export function dnKey(dn: Dn): string {
  return dn.join(',');
}

/** The keys of all entries above one, the nearest first, the root left out. */
export function* ancestorKeys(dn: Dn): Generator<string> {
  for (let depth = 1; depth < dn.length; depth += 1) yield dnKey(dn.slice(depth));
}

/** Splits at a separator that no backslash protects. Never split a DN at "," in another way. */
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

/** The long names and object identifiers of RFC 4514's table, and what else servers write. */
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

/** Takes the escapes out: `\,` stands for the character, `\2C` for one byte of its UTF-8. */
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
    // Not text: nothing but its bytes says what it is.
    return `#${bytes.toString('hex')}`;
  }
  const normal = text.normalize('NFKC').toLowerCase().normalize('NFKC').replace(/\s+/gu, ' ').trim();
  return normal.replace(/[\\,+]|^#/gu, '\\$&');
}
