import { formatGuid } from './format-guid.js';
import { type LdapEntry, bytesOf, firstText } from './ldap-entry.js';

/** Attributes whose value is a UUID in text; RFC 4122 reads them without regard to case. */
const TEXT_UUIDS: ReadonlySet<string> = new Set(['entryuuid', 'ipauniqueid', 'nsuniqueid']);

/** An entry's external id by its id attribute; null when the entry shows none. */
export function entryId(entry: LdapEntry, idAttribute: string): string | null {
  const name = idAttribute.toLowerCase();
  if (name === 'objectguid') {
    const [bytes] = bytesOf(entry, name);
    return bytes === undefined ? null : formatGuid(bytes);
  }
  const text = firstText(entry, [name]);
  return text !== null && TEXT_UUIDS.has(name) ? text.toLowerCase() : text;
}
