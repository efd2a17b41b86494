import { createHash } from 'node:crypto';
import type { DirectoryIndex } from './index-directory.js';
import type { LdapConfig } from './ldap-config.js';

/** Changes whenever options change that decide which entries are read and what is made of them. */
export function fingerprintOptions({ url, preset, baseDn, users, departments }: LdapConfig): string {
  return digest([url, preset, baseDn, sortedOptions(users), departments && sortedOptions(departments)]);
}

/** Changes whenever a department appears, vanishes, moves or changes its owner. */
export function fingerprintTree({ departments, owned }: DirectoryIndex): string {
  return digest([
    [...(departments?.ids ?? [])].sort(byKey),
    [...owned].map(([dn, ids]) => [dn, [...ids].sort()]).sort(),
  ]);
}

function sortedOptions({ baseDn, filter, attributes = {} }: LdapConfig['users']): unknown[] {
  return [baseDn ?? null, filter ?? null, Object.entries(attributes).sort(byKey)];
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : a > b ? 1 : 0);

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}
