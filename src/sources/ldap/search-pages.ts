import { SourceReadError } from '../../domain/errors.js';
import type { Directory, DirectorySearch, PageCookie } from './directory.js';
import type { LdapEntry } from './ldap-entry.js';

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
    if (emptyPages > MAX_EMPTY_PAGES) throw new SourceReadError('The LDAP server sends empty pages without an end.');
    cookie = page.next;
    const end = page.paged ? 'paged search ended with an empty cookie' : 'unpaged search ended with success';
    yield { entries: page.entries, evidence: cookie === null ? `${end} after ${seen} entries` : null };
  } while (cookie !== null);
}
