import type { SearchEntry } from 'ldapts';
import { type AttributeSchema, STANDARD_SCHEMA } from './attribute-schema.js';

/** One entry of a search, with attribute descriptions in lower case. */
export interface LdapEntry {
  readonly dn: string;
  readonly attributes: ReadonlyMap<string, readonly Buffer[]>;
  /** The attribute types of the server; absent: those of the standards. */
  readonly schema?: AttributeSchema;
}

/** Converts an entry of an answer; a missing attribute stays missing. */
export function toLdapEntry(entry: SearchEntry): LdapEntry {
  const attributes = new Map<string, readonly Buffer[]>();
  for (const { type, parsedBuffers } of entry.attributes) {
    const name = type.toLowerCase();
    attributes.set(name, [...(attributes.get(name) ?? []), ...parsedBuffers]);
  }
  return { dn: entry.name, attributes };
}

/** The bytes of the values of an attribute, in the order of the server; empty if the entry has none. */
export function bytesOf(entry: LdapEntry, attribute: string): readonly Buffer[] {
  return entry.attributes.get(attribute.toLowerCase()) ?? [];
}

/** The values of an attribute, and the number of those that cannot be used. */
export interface AttributeValues {
  /** Text, or base64 for an attribute whose values are bytes; sorted by code units, each once, without blank ones. */
  readonly texts: readonly string[];
  /**
   * The number of values of a text attribute that are not UTF-8 or contain NUL (for an undeclared attribute: control
   * characters).
   */
  readonly unreadable: number;
}

/**
 * Reads the values of an attribute as a set (RFC 4511, 4.1.7).
 *
 * The attribute, never a single value, decides whether they are text or bytes: one attribute must not have two forms.
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

/** The usable values of an attribute; see `valuesOf`. */
export function textsOf(entry: LdapEntry, attribute: string): readonly string[] {
  return valuesOf(entry, attribute).texts;
}

/** The smallest text of the first of these attributes that has one; null if none has. */
export function firstText(entry: LdapEntry, attributes: readonly string[]): string | null {
  for (const attribute of attributes) {
    const [text] = textsOf(entry, attribute);
    if (text !== undefined) return text;
  }
  return null;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

// eslint-disable-next-line no-control-regex -- matches control characters
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;

function toText(bytes: Buffer, form: 'text' | 'unknown'): string | null {
  // PostgreSQL cannot store NUL, and text that a user enters does not contain it.
  if (bytes.includes(0)) return null;
  try {
    const text = utf8.decode(bytes);
    return form === 'unknown' && CONTROL.test(text) ? null : text;
  } catch {
    return null;
  }
}
