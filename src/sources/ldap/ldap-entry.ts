import type { SearchEntry } from 'ldapts';

/** One entry of a search, with attribute names in lower case: servers answer in their own spelling. */
export interface LdapEntry {
  readonly dn: string;
  readonly attributes: ReadonlyMap<string, readonly Buffer[]>;
}

/** Takes an entry as it came; a missing attribute stays missing. */
export function toLdapEntry(entry: SearchEntry): LdapEntry {
  const attributes = new Map<string, readonly Buffer[]>();
  for (const attribute of entry.attributes) attributes.set(attribute.type.toLowerCase(), attribute.parsedBuffers);
  return { dn: entry.name, attributes };
}

/** The bytes of an attribute's values; empty when the entry shows none. */
export function bytesOf(entry: LdapEntry, attribute: string): readonly Buffer[] {
  return entry.attributes.get(attribute.toLowerCase()) ?? [];
}

/** An attribute's values as text, blank ones left out; a value that isn't UTF-8 comes as base64. */
export function textsOf(entry: LdapEntry, attribute: string): readonly string[] {
  return bytesOf(entry, attribute)
    .map(toText)
    .filter((text) => text.trim() !== '');
}

/** The first text of the first of these attributes that has one; null when none has. */
export function firstText(entry: LdapEntry, attributes: readonly string[]): string | null {
  for (const attribute of attributes) {
    const [text] = textsOf(entry, attribute);
    if (text !== undefined) return text;
  }
  return null;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function toText(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return bytes.toString('base64');
  }
}
