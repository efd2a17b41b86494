import { type Client, PagedResultsControl, SearchRequest, type SearchResponse, StatusCodeParser } from 'ldapts';
import pTimeout from 'p-timeout';
import type { DirectoryPage, DirectorySearch, PageCookie } from './directory.js';
import { toLdapEntry } from './ldap-entry.js';
import { SourceUnavailableError } from '../../domain/errors.js';

/** Seconds that we allow the server for one page; ldapts would say 10. */
const TIME_LIMIT_S = 60;

/** ldapts numbers its own messages from 1; ours start where those of one connection never get to. */
let lastMessageId = 1_000_000_000;

/**
 * Asks for one page and hands on the server's own word on whether there is more.
 *
 * ldapts' `search` and `searchPaginated` don't serve: they hide the cookie and take an empty page for the last one, and
 * they silently reconnect *without a bind*, after which an anonymous view would pass for the whole directory. So the
 * request goes through the client's `_send` (ldapts is pinned; the adapter's tests fail should it change).
 * @throws ResultCodeError for every result but success: a page cut at a limit never counts.
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
    // References to other servers (response.searchReferences) are left alone: they are not this source's.
    entries: response.searchEntries.map(toLdapEntry),
    next: cookie?.length ? cookie : null,
    paged: control !== undefined,
  };
}

/** The part of ldapts' client that is private in its types. */
interface MessageSender {
  _send(message: SearchRequest): Promise<SearchResponse | undefined>;
}

/**
 * Waits for work, but not beyond an abort or a time limit; the work itself continues, its result is ignored.
 * @throws the signal's reason, or SourceUnavailableError after `limitMs`.
 */
export function orAbort<T>(work: Promise<T>, signal: AbortSignal, limitMs: number): Promise<T> {
  const message = new SourceUnavailableError(`The LDAP server did not answer within ${limitMs / 1_000} s.`);
  return pTimeout(work, { milliseconds: limitMs, signal, message });
}
