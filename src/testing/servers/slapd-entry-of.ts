import type { LdapEntry } from '../../sources/ldap/ldap-entry.js';

/** An entry as a search gives it, for tests that need no server. */
export function entryOf(
  dn: string,
  attributes: Readonly<Record<string, string | Buffer | readonly string[]>> = {},
): LdapEntry {
  const values = Object.entries(attributes).map(([name, given]): [string, readonly Buffer[]] => {
    const list = typeof given === 'string' || Buffer.isBuffer(given) ? [given] : given;
    return [name.toLowerCase(), list.map((value) => Buffer.from(value as string))];
  });
  return { dn, attributes: new Map(values) };
}
