import type { SearchEntry } from 'ldapts';
import { type AttributeSchema, STANDARD_SCHEMA } from './attribute-schema.js';

/** One entry of a search, with attribute descriptions in lower case. */
export interface LdapEntry {
  readonly dn: string;
  readonly attributes: ReadonlyMap<string, readonly Buffer[]>;
  /** What the server says of its attributes; the standards where it is left out. */
  readonly schema?: AttributeSchema;
}

/** Takes an entry as it came; a missing attribute stays missing. */
export function toLdapEntry(entry: SearchEntry): LdapEntry {
  const attributes = new Map<string, readonly Buffer[]>();
  for (const { type, parsedBuffers } of entry.attributes) {
    const name = type.toLowerCase();
    attributes.set(name, [...(attributes.get(name) ?? []), ...parsedBuffers]);
  }
  return { dn: entry.name, attributes };
}

/** The bytes of an attribute's values, in the order that the server chose; empty when the entry shows none. */
export function bytesOf(entry: LdapEntry, attribute: string): readonly Buffer[] {
  return entry.attributes.get(attribute.toLowerCase()) ?? [];
}

/** The values of an attribute, and why some of them can't be used. */
export interface AttributeValues {
  /** Text, or base64 of an attribute whose values are bytes; sorted by code units, each once, blank ones left out. */
  readonly texts: readonly string[];
  /** How many values of a text attribute are no UTF-8 or have NUL (of an undeclared attribute: control characters). */
  readonly unreadable: number;
}

/**
 * Reads an attribute's values as the set that they are (RFC 4511, 4.1.7).
 *
 * Text or bytes is decided by the attribute, never value by value: one attribute must not come in two forms.
 */
export function valuesOf(entry: LdapEntry, attribute: string): AttributeValues {
  const form = (entry.schema ?? STANDARD_SCHEMA).form(attribute);
  const given = bytesOf(entry, attribute);
  if (given.length === 0) return NONE;
  const decoded = given.map((bytes) => (form === 'bytes' ? bytes.toString('base64') : toText(bytes, form)));
  const texts = decoded.filter((text) => text !== null);
  const shown = texts.filter((text) => text.trim() !== '');
  return { texts: [...new Set(shown)].sort(), unreadable: decoded.length - texts.length };
}

const NONE: AttributeValues = { texts: [], unreadable: 0 };

/** An attribute's usable values; see `valuesOf`. */
export function textsOf(entry: LdapEntry, attribute: string): readonly string[] {
  return valuesOf(entry, attribute).texts;
}

/** The smallest text of the first of these attributes that has one; null when none has. */
export function firstText(entry: LdapEntry, attributes: readonly string[]): string | null {
  for (const attribute of attributes) {
    const [text] = textsOf(entry, attribute);
    if (text !== undefined) return text;
  }
  return null;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

// eslint-disable-next-line no-control-regex -- the control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;

function toText(bytes: Buffer, form: 'text' | 'unknown'): string | null {
  // PostgreSQL can't store NUL, and text that a person enters does not have it.
  if (bytes.includes(0)) return null;
  try {
    const text = utf8.decode(bytes);
    return form === 'unknown' && CONTROL.test(text) ? null : text;
  } catch {
    return null;
  }
}
