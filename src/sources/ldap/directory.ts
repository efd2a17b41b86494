import type { Filter } from 'ldapts';
import type { AttributeSchema } from './attribute-schema.js';
import type { LdapEntry } from './ldap-entry.js';
import { SourceReadError } from '../../domain/errors.js';

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
  /** What the server says of its attributes; the standards where it is left out. */
  readonly schema?: AttributeSchema;
  page(search: DirectorySearch, pageSize: number, cookie: PageCookie): Promise<DirectoryPage>;
  /** One entry by its DN; null when there is none. The empty DN is the root DSE. */
  entry(dn: string, attributes: readonly string[]): Promise<LdapEntry | null>;
  close(): Promise<void>;
}

/** One page of a search, and the proof of its end where it is the last. */
export interface SearchedPage {
  readonly entries: readonly LdapEntry[];
  /** null = more to come. */
  readonly evidence: string | null;
}

/** Servers may send an empty page now and then (entries that we must not see); a run of them is a loop. */
const MAX_EMPTY_PAGES = 1_000;

/** Reads a search page by page (RFC 2696); the last page carries the evidence that it was the last. */
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
