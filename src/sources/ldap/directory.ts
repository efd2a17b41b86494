import type { Filter } from 'ldapts';
import type { AttributeSchema } from './attribute-schema.js';
import type { LdapEntry } from './ldap-entry.js';
import { SourceReadError } from '../../domain/errors.js';

/** One search; its pages are requested one at a time. */
export interface DirectorySearch {
  readonly baseDn: string;
  readonly scope: 'base' | 'sub';
  readonly filter: Filter;
  readonly attributes: readonly string[];
}

/** The cookie of a paged search (RFC 2696); null = from the start. */
export type PageCookie = Buffer | null;

/** The result of one page. */
export interface DirectoryPage {
  readonly entries: readonly LdapEntry[];
  /** null = the server reports that this was the last page. */
  readonly next: PageCookie;
  /** False if the server ignored the paging control and sent everything at once. */
  readonly paged: boolean;
}

/** An open, bound connection. It throws the errors of ldapts; the adapter translates them in one place. */
export interface Directory {
  /** The attribute types of the server; absent: those of the standards. */
  readonly schema?: AttributeSchema;
  page(search: DirectorySearch, pageSize: number, cookie: PageCookie): Promise<DirectoryPage>;
  /** Reads one entry by its DN; null if there is none. The empty DN is the root DSE. */
  entry(dn: string, attributes: readonly string[]): Promise<LdapEntry | null>;
  close(): Promise<void>;
}

/** One page of a search, with the proof of the end if it is the last page. */
export interface SearchedPage {
  readonly entries: readonly LdapEntry[];
  /** null = more pages follow. */
  readonly evidence: string | null;
}

/**
 * The largest number of empty pages in a row. Servers send single empty pages (for entries that are not visible); more
 * of them are a loop.
 */
const MAX_EMPTY_PAGES = 1_000;

/** Reads a search page by page (RFC 2696); the last page contains the evidence that it was the last. */
export async function* searchPages(
  directory: Directory,
  search: DirectorySearch,
  pageSize: number,
): AsyncGenerator<SearchedPage> {
  let cookie: PageCookie = null;
  let seen = 0;
  let emptyPages = 0;
  do {
    const page = await directory.page(search, pageSize, cookie);
    seen += page.entries.length;
    emptyPages = page.entries.length === 0 ? emptyPages + 1 : 0;
    if (emptyPages > MAX_EMPTY_PAGES) throw new SourceReadError('The LDAP server sends only empty pages.');
    cookie = page.next;
    const end = page.paged ? 'paged search ended with an empty cookie' : 'unpaged search ended with success';
    yield { entries: page.entries, evidence: cookie === null ? `${end} after ${seen} entries` : null };
  } while (cookie !== null);
}
