import { dnKey, parseDn } from './dn.js';
import type { KindIndex } from './index-directory.js';
import { type LdapEntry, firstText, textsOf } from './ldap-entry.js';
import type { FieldAttributes } from './presets.js';

/** How one field of a kind is made, where it isn't plain text. */
export type FieldRule = (entry: LdapEntry, attributes: readonly string[]) => unknown;

/** Fields that have one value: the first of several wins. */
const SCALARS: ReadonlySet<string> = new Set(['username', 'nickname', 'email', 'phone', 'title']);

/**
 * Makes a record's data of an entry. A field without a value is null, which clears it (R3): the attribute was asked for
 * and is empty. LDAP can't say whether it is empty or hidden; `check` tells which mapped attributes nobody shows.
 * A rule's undefined leaves the field out.
 */
export function mapFields(
  entry: LdapEntry,
  fields: FieldAttributes,
  rules: Readonly<Record<string, FieldRule>>,
): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const [field, attributes] of Object.entries(fields)) {
    const value = (rules[field] ?? plainRule(field))(entry, attributes);
    if (value !== undefined) data[field] = value;
  }
  return data;
}

/** A link to another entry, as its external id: a DN is looked up, null when it leads out of the source; other text is the id. */
export function linkedId(text: string, index: KindIndex | null): string | null {
  const dn = parseDn(text);
  return dn === null ? text : (index?.ids.get(dnKey(dn)) ?? null);
}

const plainRule = (field: string): FieldRule => (SCALARS.has(field) ? firstText : customValue);

/** A custom field keeps all values: an array as soon as there are several. */
function customValue(entry: LdapEntry, attributes: readonly string[]): unknown {
  const values = attributes.flatMap((attribute) => textsOf(entry, attribute));
  return values.length > 1 ? values : (values[0] ?? null);
}
