import { type AttributeDescription, hasOptions, parseDescription } from './attribute-type.js';
import type { AttributeSchema } from './attribute-schema.js';
import type { Directory, DirectorySearch } from './directory.js';
import type { LdapEntry } from './ldap-entry.js';

/**
 * A directory whose answers have each attribute under the requested description, with all of its values.
 *
 * A server answers with its own names: `rfc822Mailbox` becomes `mail` (RFC 4511, 4.5.2). It may add options
 * (`cn;lang-de`), or send the values in ranges.
 */
export function nameAttributes(directory: Directory, schema: AttributeSchema): Directory {
  const requests = (attributes: readonly string[]) => [
    ...new Set(attributes.flatMap((one) => schema.requestNames(one))),
  ];
  const describe = describer(schema);
  const named = async (entry: LdapEntry, attributes: readonly string[]) =>
    nameEntry({ ...(await completeRanges(directory, entry)), schema }, attributes, describe);
  return {
    schema,
    page: async (search: DirectorySearch, size, cookie) => {
      const page = await directory.page({ ...search, attributes: requests(search.attributes) }, size, cookie);
      const entries: LdapEntry[] = [];
      for (const entry of page.entries) entries.push(await named(entry, search.attributes));
      return { ...page, entries };
    },
    entry: async (dn, attributes) => {
      const entry = await directory.entry(dn, requests(attributes));
      return entry && named(entry, attributes);
    },
    close: () => directory.close(),
  };
}

interface Described extends AttributeDescription {
  /** The same text for all names of the attribute. */
  readonly identity: string;
}

type Describe = (name: string) => Described;

/** Servers answer with the same few names in every entry: each name is divided into its parts once. */
function describer(schema: AttributeSchema): Describe {
  const known = new Map<string, Described>();
  return (name) => {
    const kept = known.get(name);
    if (kept !== undefined) return kept;
    const description = parseDescription(name);
    const described = { ...description, identity: schema.identity(description.type) };
    known.set(name, described);
    return described;
  };
}

function nameEntry(entry: LdapEntry, asked: readonly string[], describe: Describe): LdapEntry {
  const missing = asked.filter((name) => (entry.attributes.get(name.toLowerCase())?.length ?? 0) === 0);
  const attributes = new Map(entry.attributes);
  for (const name of missing) {
    const values = findValues(entry, describe(name), describe);
    if (values.length > 0) attributes.set(name.toLowerCase(), values);
  }
  return { ...entry, attributes };
}

/** The values of the attribute without additional options if there are any, else those with options, as one set. */
function findValues({ attributes }: LdapEntry, asked: Described, describe: Describe): readonly Buffer[] {
  const exact: Buffer[] = [];
  const tagged = new Map<string, Buffer>();
  for (const [name, values] of attributes) {
    const answered = describe(name);
    if (answered.ranged || answered.identity !== asked.identity || !hasOptions(asked, answered)) continue;
    if (answered.options.length === asked.options.length) exact.push(...values);
    else for (const value of values) tagged.set(value.toString('base64'), value);
  }
  return exact.length > 0 ? exact : [...tagged.values()];
}

/**
 * Adds the values that Active Directory omitted from an entry: of more than 1,500 values it sends `member;range=0-1499`
 * and an empty `member`, and the rest on request (MS-ADTS 3.1.1.3.1.3.3). Without this, "many" would be read as "none".
 */
export async function completeRanges(directory: Directory, entry: LdapEntry): Promise<LdapEntry> {
  const ranged = [...entry.attributes.keys()].map(parseRange).filter((range) => range !== null);
  if (ranged.length === 0) return entry;
  const attributes = new Map(entry.attributes);
  for (const first of ranged) {
    const values = [...(entry.attributes.get(first.key) ?? [])];
    for (let last = first.last; last !== null;) {
      const next = await readRange(directory, entry.dn, first.name, last + 1);
      values.push(...next.values);
      last = next.last;
    }
    attributes.delete(first.key);
    attributes.set(first.name, values);
  }
  return { ...entry, attributes };
}

interface Range {
  /** The name of the attribute in the answer, with the range. */
  readonly key: string;
  readonly name: string;
  /** null = to the end. */
  readonly last: number | null;
}

function parseRange(key: string): Range | null {
  const match = /^(.+);range=\d+-(\d+|\*)$/i.exec(key);
  const [, name, last] = match ?? [];
  if (name === undefined || last === undefined) return null;
  return { key, name, last: last === '*' ? null : Number(last) };
}

async function readRange(
  directory: Directory,
  dn: string,
  name: string,
  from: number,
): Promise<{ readonly values: readonly Buffer[]; readonly last: number | null }> {
  const entry = await directory.entry(dn, [`${name};range=${from}-*`]);
  for (const [key, values] of entry?.attributes ?? []) {
    const range = parseRange(key);
    if (range?.name === name && (range.last === null || range.last >= from)) return { values, last: range.last };
  }
  // The entry or the values were deleted meanwhile: there are no more.
  return { values: [], last: null };
}
