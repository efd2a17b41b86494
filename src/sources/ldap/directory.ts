import pTimeout from 'p-timeout';
import {
  type Client,
  type Filter,
  PagedResultsControl,
  SearchRequest,
  type SearchResponse,
  StatusCodeParser,
} from 'ldapts';
import type { AttributeSchema } from './attribute-schema.js';
import { type LdapEntry, toLdapEntry } from './ldap-entry.js';
import { SourceReadError, SourceUnavailableError } from '../../domain/errors.js';

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

/** The seconds that the server may use for one page; the default of ldapts is 10. */
const TIME_LIMIT_S = 60;

/** ldapts numbers its messages from 1; these numbers start where those of one connection never arrive. */
let lastMessageId = 1_000_000_000;

/**
 * Requests one page and returns the server's own statement on whether there are more.
 *
 * The functions `search` and `searchPaginated` of ldapts cannot be used: they hide the cookie, take an empty page for
 * the last one, and silently reconnect *without a bind*, after which an anonymous view would be taken for the whole
 * directory. Therefore the request uses `_send` of the client (the version of ldapts is fixed; the tests of the adapter
 * fail if it changes).
 * @throws ResultCodeError for every result except success: a page that was cut at a limit is never used
 */
export async function requestPage(
  client: Client,
  search: DirectorySearch,
  page: { readonly size: number; readonly cookie: PageCookie },
): Promise<DirectoryPage> {
  if (!client.isBound) throw new Error('The connection to the LDAP server was lost.');
  const value = page.cookie === null ? { size: page.size } : { size: page.size, cookie: page.cookie };
  lastMessageId = lastMessageId >= 2_000_000_000 ? 1_000_000_000 : lastMessageId + 1;
  const response = await (client as unknown as MessageSender)._send(
    new SearchRequest({
      messageId: lastMessageId,
      baseDN: search.baseDn,
      scope: search.scope,
      filter: search.filter,
      attributes: [...search.attributes],
      timeLimit: TIME_LIMIT_S,
      controls: [new PagedResultsControl({ value })],
    }),
  );
  if (response?.status !== 0) throw StatusCodeParser.parse(response);
  const control = response.controls?.find((given) => given instanceof PagedResultsControl);
  const cookie = control?.value?.cookie;
  return {
    // References to other servers (response.searchReferences) are ignored: they do not belong to this source.
    entries: response.searchEntries.map(toLdapEntry),
    next: cookie?.length ? cookie : null,
    paged: control !== undefined,
  };
}

/** The part of the client of ldapts that is private in its types. */
interface MessageSender {
  _send(message: SearchRequest): Promise<SearchResponse | undefined>;
}

/**
 * Waits for work until an abort or a time limit; the work itself continues, and its result is ignored.
 * @throws the reason of the signal, or SourceUnavailableError after `limitMs`
 */
export function orAbort<T>(work: Promise<T>, signal: AbortSignal, limitMs: number): Promise<T> {
  const message = new SourceUnavailableError(`The LDAP server did not answer within ${limitMs / 1_000} s.`);
  return pTimeout(work, { milliseconds: limitMs, signal, message });
}
