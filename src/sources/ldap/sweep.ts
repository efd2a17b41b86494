import type { Directory, DirectorySearch } from './directory.js';
import type { LdapEntry } from './ldap-entry.js';
import { limitError } from './limit-error.js';
import { isLimit } from './result-codes.js';
import { searchPages } from './search-pages.js';

/** The page size of a read, smaller once the server refused more. */
export interface PageSize {
  current: number;
}

/** Below this a smaller page never helped anyone: the limit is on the whole search. */
const SMALLEST_PAGE = 5;

/**
 * Reads a whole search that nothing was told of yet, halving the page size where the server's limit stops it.
 * `start` is called for each try and gives the visitor of that try's entries.
 * @throws SourceReadError when the limit is on the whole search.
 */
export async function sweep(
  directory: Directory,
  search: DirectorySearch,
  { pageSize, start }: { pageSize: PageSize; start: () => (entry: LdapEntry) => void },
): Promise<string> {
  for (;;) {
    let seen = 0;
    try {
      const visit = start();
      for await (const page of searchPages(directory, search, pageSize.current)) {
        page.entries.forEach(visit);
        seen += page.entries.length;
        if (page.evidence !== null) return page.evidence;
      }
    } catch (error) {
      if (!isLimit(error)) throw error;
      if (pageSize.current <= SMALLEST_PAGE) throw limitError(error, seen);
      pageSize.current = Math.ceil(pageSize.current / 2);
    }
  }
}
