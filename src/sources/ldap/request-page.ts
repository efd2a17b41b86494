import { type Client, PagedResultsControl, SearchRequest, type SearchResponse, StatusCodeParser } from 'ldapts';
import pTimeout from 'p-timeout';
import type { DirectoryPage, DirectorySearch, PageCookie } from './directory.js';
import { toLdapEntry } from './ldap-entry.js';
import { SourceUnavailableError } from '../../domain/errors.js';

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
