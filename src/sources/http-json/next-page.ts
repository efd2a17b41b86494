import { SourceReadError } from '../../domain/errors.js';
import type { JsonAnswer } from '../../platform/http-client/json-call.js';
import type { Paging } from './http-json-options.js';
import { pickPath } from './pick-path.js';

/** Where a page is: parameters on top of the list's own, or a whole address. */
export interface PagePlace {
  readonly query: Readonly<Record<string, string | number>>;
  /** The address that the page before gave; with it, nothing is added. */
  readonly url?: string;
}

/** What is behind when the next page is asked for. */
export interface Behind {
  readonly answer: JsonAnswer;
  /** The address of the page that the answer is. */
  readonly url: string;
  /** Items of this page. */
  readonly items: number;
  /** Pages and items of the list so far, this page included. */
  readonly pages: number;
  readonly itemsSoFar: number;
  /** What the system says that there are; null = it does not say. */
  readonly total: number | null;
}

/** The first page of a list. */
export function firstPage(paging: Paging): PagePlace {
  const size = 'size' in paging && paging.size ? { [paging.size.parameter]: paging.size.value } : {};
  if (paging.type === 'page' || paging.type === 'offset')
    return { query: { ...size, [paging.parameter]: paging.first } };
  return { query: size };
}

/**
 * The page behind, or null at the proved end. A page with fewer items than asked for proves nothing: a server may give
 * fewer than it was asked for on every page. Numbered pages end with an empty one, or where the total is reached.
 * @throws SourceReadError where the system contradicts itself
 */
export function nextPage(paging: Paging, behind: Behind): PagePlace | null {
  switch (paging.type) {
    case 'none':
      return null;
    case 'page':
      return isThrough(behind) ? null : numbered(paging, paging.first + behind.pages);
    case 'offset':
      return isThrough(behind) ? null : numbered(paging, paging.first + behind.itemsSoFar);
    case 'cursor':
      return nextByCursor(paging, behind);
    case 'link':
      return atAddress(linkOf(behind.answer), behind);
    case 'nextUrl':
      return atAddress(pickPath(behind.answer.body, paging.next), behind);
    default:
      return paging satisfies never;
  }
}

const isThrough = ({ items, itemsSoFar, total }: Behind): boolean =>
  items === 0 || (total !== null && itemsSoFar >= total);

function numbered(paging: Extract<Paging, { type: 'page' | 'offset' }>, place: number): PagePlace {
  return { query: { ...firstPage(paging).query, [paging.parameter]: place } };
}

/** Where the system says "no more", the cursor of the last page means nothing. */
function nextByCursor(paging: Extract<Paging, { type: 'cursor' }>, { answer }: Behind): PagePlace | null {
  const next = pickPath(answer.body, paging.next);
  const more = paging.more === undefined ? isGiven(next) : pickPath(answer.body, paging.more);
  if (more === false) return null;
  if (more !== true)
    throw new SourceReadError(`${answer.api} does not say at "${paging.more ?? ''}" whether there is more.`);
  if (typeof next !== 'string' && typeof next !== 'number') {
    throw new SourceReadError(`${answer.api} says that there is more, but has no cursor at "${paging.next}".`);
  }
  return { query: { ...firstPage(paging).query, [paging.parameter]: next } };
}

const isGiven = (next: unknown): boolean => next !== undefined && next !== null && next !== '';

function atAddress(next: unknown, { answer, url }: Behind): PagePlace | null {
  if (!isGiven(next)) return null;
  if (typeof next !== 'string' || !URL.canParse(next, url)) {
    throw new SourceReadError(`${answer.api} names a next page that is no address.`);
  }
  return { query: {}, url: new URL(next, url).href };
}

/** `Link: <…>; rel="next"` (RFC 8288); several headers or one with commas. */
function linkOf({ headers }: JsonAnswer): string | null {
  const given = headers['link'];
  const text = Array.isArray(given) ? given.join(', ') : (given ?? '');
  for (const [, address, parameters] of text.matchAll(
    /<([^>]*)>((?:\s*;\s*[\w*-]+(?:\s*=\s*(?:"[^"]*"|[^\s";,]+))?)*)/g,
  )) {
    const rel = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s";,]+))/i.exec(parameters ?? '');
    const relations = (rel?.[1] ?? rel?.[2] ?? '').toLowerCase().split(/\s+/);
    if (relations.includes('next')) return address ?? null;
  }
  return null;
}
