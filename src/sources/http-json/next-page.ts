import { SourceConfigError, SourceReadError } from '../../domain/errors.js';
import type { JsonAnswer } from '../../outbound/http-client/json-call.js';
import type { Paging } from './http-json-options.js';
import { keysNear, pickPath } from './pick-path.js';
import { linkedAddress, resolveNext } from './next-address.js';

/** The place of a page: parameters in addition to those of the list, or an absolute address. */
export interface PagePlace {
  readonly query: Readonly<Record<string, string | number>>;
  /** The address from the page before; nothing is added to it. */
  readonly url?: string;
}

/** What is known when the next page is requested. */
export interface Behind {
  readonly answer: JsonAnswer;
  /** The address of the page that the answer contains. */
  readonly url: string;
  readonly baseUrl: string;
  /** The number of items of this page. */
  readonly items: number;
  /** The number of pages and items of the list so far, including this page. */
  readonly pages: number;
  readonly itemsSoFar: number;
  /** The total in the answer; null = the answer has none. */
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
 * The place of the next page; null at the end that the system states. A page with fewer items than requested proves
 * nothing: a server may return fewer items on every page. Numbered pages end with an empty page, or where the total is
 * reached. An answer that cannot be interpreted is an error, never the end.
 * @throws SourceReadError if the system contradicts itself, SourceConfigError if a path of the options does not exist
 *   in the first answer
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
      return atAddress(linkedAddress(behind.answer), paging, behind);
    case 'nextUrl':
      return atAddress(givenNext(paging, behind), paging, behind);
    default:
      return paging satisfies never;
  }
}

const isThrough = ({ items, itemsSoFar, total }: Behind): boolean =>
  items === 0 || (total !== null && itemsSoFar >= total);

function numbered(paging: Extract<Paging, { type: 'page' | 'offset' }>, place: number): PagePlace {
  return { query: { ...firstPage(paging).query, [paging.parameter]: place } };
}

/** If the answer reports that there are no more items, the cursor of the last page has no meaning. */
function nextByCursor(paging: Extract<Paging, { type: 'cursor' }>, behind: Behind): PagePlace | null {
  const { answer } = behind;
  if (paging.more === undefined) {
    const cursor = givenNext(paging, behind);
    return cursor === null ? null : atCursor(paging, cursor);
  }
  const more = pickPath(answer.body, paging.more);
  if (more === false) return null;
  if (more !== true) throw new SourceReadError(noBoolean(answer, paging.more, more));
  const next = pickPath(answer.body, paging.next);
  if (isCursor(next)) return atCursor(paging, next);
  const problem = `${answer.api} reports more items, but has no cursor at "${paging.next}".`;
  throw new SourceReadError(`${problem} ${keysNear(answer.body, paging.next)}`);
}

function atCursor(paging: Extract<Paging, { type: 'cursor' }>, next: string | number): PagePlace {
  return { query: { ...firstPage(paging).query, [paging.parameter]: next } };
}

function noBoolean({ api, body }: JsonAnswer, path: string, value: unknown): string {
  const found =
    value === undefined ? `nothing. ${keysNear(body, path)}` : `${shown(value)}, which is not true or false.`;
  return `${api} does not report at "${path}" whether there are more items: it has ${found}`;
}

/** A short description without the value of a text, which may be personal data. */
function shown(value: unknown): string {
  if (typeof value === 'string') return /^(?:true|false|null|\d{0,3})$/i.test(value) ? `the text "${value}"` : 'a text';
  return value === null || typeof value === 'number' ? String(value) : `a value of type ${typeof value}`;
}

const isCursor = (next: unknown): next is string | number =>
  (typeof next === 'string' && next !== '') || (typeof next === 'number' && Number.isFinite(next));

/**
 * The value at the path of the next page; null at the end: null or an empty text, or a key that is absent after it was
 * present, or if the option or the total allows it.
 */
function givenNext(paging: Extract<Paging, { type: 'cursor' | 'nextUrl' }>, behind: Behind): string | number | null {
  const { answer, pages, itemsSoFar, total } = behind;
  const next = pickPath(answer.body, paging.next);
  if (isCursor(next)) return next;
  if (next === null || next === '') return null;
  if (next !== undefined) {
    throw new SourceReadError(
      `${answer.api} has ${shown(next)} at "${paging.next}", which is neither a next page nor the end.`,
    );
  }
  if (pages > 1 || paging.absentMeansEnd || (total !== null && total === itemsSoFar)) return null;
  throw new SourceConfigError(
    `The first answer for ${answer.api} has nothing at "${paging.next}". ${keysNear(answer.body, paging.next)} ` +
      'Correct the path, or set paging.absentMeansEnd if the system omits it on the last page.',
  );
}

function atAddress(
  next: string | number | null,
  { upgradeHttp }: Extract<Paging, { type: 'link' | 'nextUrl' }>,
  { answer, url, baseUrl }: Behind,
): PagePlace | null {
  if (next === null) return null;
  if (typeof next === 'number') throw new SourceReadError(`${answer.api} names a next page that is not an address.`);
  return { query: {}, url: resolveNext(next, { name: answer.api, url, baseUrl, upgradeHttp }) };
}
