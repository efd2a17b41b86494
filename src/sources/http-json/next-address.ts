import { SourceConfigError, SourceReadError } from '../../domain/errors.js';
import { LinkSyntaxError, parseLink, type WebLink } from '../../outbound/http-client/parse-link.js';
import type { JsonAnswer } from '../../outbound/http-client/json-call.js';

/** The input for checking the address of a next page. */
export interface AddressRules {
  /** The name of the list in messages. */
  readonly name: string;
  /** The address of the page that contains it; a relative address is resolved from there. */
  readonly url: string;
  readonly baseUrl: string;
  /** Whether `http:` addresses of the same host are requested by https. */
  readonly upgradeHttp: boolean;
}

/**
 * The address of the next page in the Link headers of an answer; null = there is none, so this is the last page.
 * @throws SourceReadError if a header cannot be read to its end, names two different next pages, or names none and has a
 *   relation that may mean one
 */
export function linkedAddress({ api, headers }: JsonAnswer): string | null {
  const all = readLinks(api, headers['link']);
  const links = all.filter(({ relations }) => relations.includes('next'));
  const own = new Set(links.filter(({ anchor }) => anchor === null).map(({ target }) => target));
  const [next] = own;
  if (own.size > 1) throw new SourceReadError(`The Link header of ${api} names ${own.size} different next pages.`);
  if (next === undefined && links.length > 0) {
    throw new SourceReadError(`The Link header of ${api} names only the next page of another address (anchor).`);
  }
  if (next === undefined && all.some(isDoubtful)) {
    throw new SourceReadError(
      `It is unknown whether ${api} has another page: its Link header has no relation "next", but a link without a ` +
        'relation, or with one that is not registered.',
    );
  }
  return next ?? null;
}

/** A registered relation, or one in its form (RFC 8288, 2.1.1), with underscores, which some servers use. */
const RELATION = /^[a-z][a-z0-9._-]*$/;
/** A relation that is an address (RFC 8288, 2.1.2). */
const EXTENSION = /^[a-z][a-z0-9+.-]*:/;
/** The registered relations that begin like the next page (IANA, Link Relations). */
const OTHER_NEXT = new Set(['next-archive']);

/** Whether a link may be one to the next page: `rels="next"`, `rel="next,last"`, `rel=“next”`, `rel="next_page"`. */
function isDoubtful({ relations }: WebLink): boolean {
  if (relations.length === 0) return true;
  return relations.some((relation) => {
    if (EXTENSION.test(relation) || OTHER_NEXT.has(relation)) return false;
    return !RELATION.test(relation) || relation.includes('next');
  });
}

function readLinks(api: string, header: string | string[] | undefined): readonly WebLink[] {
  try {
    return parseLink(header);
  } catch (cause) {
    if (!(cause instanceof LinkSyntaxError)) throw cause;
    throw new SourceReadError(`It is unknown whether ${api} has another page. ${cause.message}`, { cause });
  }
}

/**
 * The absolute address of a next page. It must be on the host that the credential belongs to.
 * @throws SourceReadError if it is not an address, SourceConfigError if it is on another host
 */
export function resolveNext(next: string, { name, url, baseUrl, upgradeHttp }: AddressRules): string {
  if (next.includes('\ufffd') || !URL.canParse(next, url)) {
    throw new SourceReadError(`The answer for ${name} names a next page that is not an address.`);
  }
  const to = new URL(next, url);
  const base = new URL(baseUrl);
  if (to.origin === base.origin) return to.href;
  const isSameHost = to.hostname === base.hostname && (to.port === base.port || to.port === '');
  if (!isSameHost || to.protocol !== 'http:' || base.protocol !== 'https:') {
    throw new SourceConfigError(`The next page of ${name} is on another host than ${base.host}: ${to.host}.`);
  }
  if (upgradeHttp) return Object.assign(to, { protocol: base.protocol, port: base.port }).href;
  throw new SourceConfigError(
    `The next page of ${name} is at ${to.origin}, without TLS, but the base address is ${base.origin}. ` +
      'The API is behind a TLS proxy and does not know its https address: configure the proxy to send X-Forwarded-Proto, ' +
      'or set paging.upgradeHttp to read such addresses by https.',
  );
}

/**
 * Parameters that number pages or items in addresses of next pages, by the names of Django, Laravel, Spring, OData and
 * SCIM.
 */
const NUMBERING =
  /^(?:\$?skip|offset|start|start_?index|first|from|p|pg|page|current_?page|page_?(?:no|num|number|index|offset)|page\[(?:number|offset)\])$/i;

/** Whether an address counts pages or items: if the list changes, items move between such pages. */
export function isNumbered(address: string): boolean {
  return [...new URL(address).searchParams].some(([name, value]) => NUMBERING.test(name) && /^\d+$/.test(value));
}
