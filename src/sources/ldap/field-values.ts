import { parseDescription } from './attribute-type.js';
import { STANDARD_SCHEMA } from './attribute-schema.js';
import { bytesOf, type LdapEntry, valuesOf } from './ldap-entry.js';
import { namingText } from './entry-id.js';

/** Several values for a field that takes one: the first one, unless another one is known to be in use. */
export class OneOf {
  /** @param values sorted, each once; at least one */
  constructor(readonly values: readonly string[]) {}
}

/** The reason why a field of an entry cannot be read. */
export class Unreadable {
  constructor(
    readonly code: 'invalid_text' | 'too_large' | 'unknown_attribute',
    readonly message: string,
  ) {}
}

/** The largest size of all custom fields of a record in bytes, as JSON (R2): more is never stored. */
const MOST_BYTES = 16_384;

/**
 * The value of a field that has one value, from the first attribute that has any: the value in the RDN of the entry,
 * else one of all values. null if the entry has none; undefined if the server does not have the attributes.
 */
export function scalarValue(entry: LdapEntry, attributes: readonly string[]): unknown {
  for (const attribute of attributes) {
    const { texts, unreadable } = valuesOf(entry, attribute);
    if (unreadable > 0) return notText(entry, attribute);
    if (texts.length === 0) continue;
    const addresses = isProxyAddresses(entry, attribute) ? mailAddresses(texts) : texts;
    if (addresses.length === 0) continue;
    return namingText(entry, attribute, addresses) ?? oneOf(addresses);
  }
  return missing(entry, attributes);
}

/** The reason why a field made of these attributes cannot be read; null if there is none. */
export function findUnreadable(entry: LdapEntry, attributes: readonly string[]): Unreadable | null {
  const values = attributes.map((attribute) => ({ attribute, ...valuesOf(entry, attribute) }));
  const bad = values.find(({ unreadable }) => unreadable > 0);
  if (bad) return notText(entry, bad.attribute);
  return values.every(({ texts }) => texts.length === 0) ? missing(entry, attributes) : null;
}

/** The value of a custom field, which keeps all values: a sorted list if there are several. */
export function customValue(entry: LdapEntry, attributes: readonly string[]): unknown {
  const all = new Set<string>();
  for (const attribute of attributes) {
    const size = bytesOf(entry, attribute).reduce((sum, bytes) => sum + bytes.length, 0);
    if (size > MOST_BYTES) {
      return new Unreadable(
        'too_large',
        `The attribute "${attribute}" has ${size} bytes; at most ${MOST_BYTES} are kept.`,
      );
    }
    const { texts, unreadable } = valuesOf(entry, attribute);
    if (unreadable > 0) return notText(entry, attribute);
    for (const text of texts) all.add(text);
  }
  const [first, ...more] = [...all].sort();
  if (first === undefined) return missing(entry, attributes);
  return more.length === 0 ? first : [first, ...more];
}

/** One of several values; a single value is itself. */
export function oneOf(values: readonly string[]): string | OneOf | null {
  const [first, ...more] = values;
  return more.length === 0 ? (first ?? null) : new OneOf(values);
}

/**
 * An attribute that a readable schema does not contain and no entry has leaves the field unchanged. Every other missing
 * attribute is an empty field (R3).
 */
function missing(entry: LdapEntry, attributes: readonly string[]): null | Unreadable {
  if (!attributes.every((attribute) => entry.schema?.knows(attribute) === false)) return null;
  const names = attributes.map((attribute) => `"${attribute}"`).join(' and ');
  return new Unreadable(
    'unknown_attribute',
    `The schema of the LDAP server has no attribute ${names}; correct the mapping.`,
  );
}

function notText(entry: LdapEntry, attribute: string): Unreadable {
  const what = `The attribute "${attribute}" has a value that is not UTF-8 text`;
  const isUndeclared = (entry.schema ?? STANDARD_SCHEMA).form(attribute) === 'unknown';
  const advice = isUndeclared
    ? `; map "${attribute};binary" to read its values as base64`
    : '; correct it in the directory';
  return new Unreadable('invalid_text', `${what}${advice}.`);
}

const PROXY_ADDRESSES: ReadonlySet<string> = new Set(['proxyaddresses', '1.2.840.113556.1.2.210']);

function isProxyAddresses(entry: LdapEntry, attribute: string): boolean {
  const { type } = parseDescription(attribute);
  return PROXY_ADDRESSES.has((entry.schema ?? STANDARD_SCHEMA).identity(type)) || PROXY_ADDRESSES.has(type);
}

/**
 * Exchange's proxyAddresses: `SMTP:` before the primary address, `smtp:` before the others, and addresses of other
 * types.
 */
function mailAddresses(texts: readonly string[]): readonly string[] {
  const primary = texts.filter((text) => text.startsWith('SMTP:'));
  const chosen = primary.length > 0 ? primary : texts.filter((text) => /^smtp:/i.test(text));
  return chosen.map((text) => text.slice('smtp:'.length));
}
