import { type Directory, type DirectorySearch, searchPages } from './directory.js';
import type { LdapEntry } from './ldap-entry.js';
import { limitError } from './translate-error.js';
import { isLimit } from './result-error.js';
import { ownRdn } from './dn.js';

/** The page size of a read, which decreases if the server refuses a larger one. */
export interface PageSize {
  current: number;
}

/** The smallest page size: below it, a smaller page does not help, because the limit is on the whole search. */
const SMALLEST_PAGE = 5;

/**
 * Reads a whole search of which nothing was yielded yet, and halves the page size if the limit of the server stops it.
 * `start` is called for each attempt and returns the function that receives the entries of that attempt.
 * @throws SourceReadError if the limit is on the whole search
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

/**
 * Whether an entry is the copy that Active Directory keeps if two domain controllers created the same name: its name
 * ends with a line feed, `CNF:` and its GUID (MS-ADTS 3.1.1.5.1.5). Microsoft's own synchronization leaves out such
 * users too (learn.microsoft.com, Microsoft Entra Connect Sync: default configuration).
 */
export const isConflictCopy = ({ dn }: LdapEntry): boolean =>
  /^(?:\\.|[^\\])*(?:\\0a|\\\n|\n)cnf:[0-9a-f-]{36}$/i.test(ownRdn(dn));
