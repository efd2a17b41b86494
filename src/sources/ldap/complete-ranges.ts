import type { Directory } from './directory.js';
import type { LdapEntry } from './ldap-entry.js';

/**
 * Gives an entry the values that Active Directory held back: of more than 1,500 it sends `member;range=0-1499` beside an
 * empty `member`, and the rest on request (MS-ADTS 3.1.1.3.1.3.3). Left as it is, "many" would read as "none".
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
  return { dn: entry.dn, attributes };
}

interface Range {
  /** The attribute's name as it came, with the range. */
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
  // The entry or the values are gone since: there is no more.
  return { values: [], last: null };
}
