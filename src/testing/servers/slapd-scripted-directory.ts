import type { Directory, DirectoryPage, DirectorySearch, PageCookie } from '../../sources/ldap/directory.js';
import type { LdapEntry } from '../../sources/ldap/ldap-entry.js';

/** What a scripted directory answers. */
export interface DirectoryScript {
  readonly page?: (search: DirectorySearch, size: number, cookie: PageCookie) => DirectoryPage;
  readonly entry?: (dn: string, attributes: readonly string[]) => LdapEntry | null;
}

/** An open connection whose answers a test writes: canned Active Directory, servers with odd habits. */
export function scriptedDirectory({ page, entry }: DirectoryScript): Directory {
  return {
    page: async (search, size, cookie) => {
      await Promise.resolve();
      return page?.(search, size, cookie) ?? { entries: [], next: null, paged: true };
    },
    entry: async (dn, attributes) => {
      await Promise.resolve();
      return entry?.(dn, attributes) ?? null;
    },
    close: () => Promise.resolve(),
  };
}
