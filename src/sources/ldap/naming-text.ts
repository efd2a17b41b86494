import { parseDescription } from './attribute-type.js';
import { STANDARD_SCHEMA } from './attribute-schema.js';
import { namingValues, normalValue } from './dn.js';
import type { LdapEntry } from './ldap-entry.js';

/**
 * The one of several values that is in the RDN of the entry: it names the entry, whatever other values were kept after
 * a rename (RFC 4512, 2.3.1; RFC 4511, 4.9 `deleteoldrdn`). null if none is.
 */
export function namingText(entry: LdapEntry, attribute: string, texts: readonly string[]): string | null {
  const schema = entry.schema ?? STANDARD_SCHEMA;
  const identity = schema.identity(parseDescription(attribute).type);
  for (const { type, value } of namingValues(entry.dn)) {
    if (schema.identity(type) !== identity) continue;
    const named = texts.find((text) => normalValue(text) === value);
    if (named !== undefined) return named;
  }
  return null;
}
