import type { Filter } from 'ldapts';
import type { LdapEntry } from './ldap-entry.js';

/** One search; a page of it is asked for at a time. */
export interface DirectorySearch {
  readonly baseDn: string;
  readonly scope: 'base' | 'sub';
  readonly filter: Filter;
  readonly attributes: readonly string[];
}

/** The place marker of a paged search (RFC 2696); null = from the start. */
export type PageCookie = Buffer | null;

/** What came for one page. */
export interface DirectoryPage {
  readonly entries: readonly LdapEntry[];
  /** null = the server says that this was the last page. */
  readonly next: PageCookie;
  /** False where the server ignored the paging control and sent everything at once. */
  readonly paged: boolean;
}

/** An open, bound connection. It throws what ldapts throws; the adapter translates once, at its edge. */
export interface Directory {
  page(search: DirectorySearch, pageSize: number, cookie: PageCookie): Promise<DirectoryPage>;
  /** One entry by its DN; null when there is none. The empty DN is the root DSE. */
  entry(dn: string, attributes: readonly string[]): Promise<LdapEntry | null>;
  close(): Promise<void>;
}
