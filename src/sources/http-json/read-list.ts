import { SourceConfigError, SourceReadError } from '../../domain/errors.js';
import type { JsonClient } from '../../outbound/http-client/json-client.js';
import type { JsonAnswer, JsonCall } from '../../outbound/http-client/json-call.js';
import { endsByTotal, errorInside, hasMore, placeBeyond, RepeatedPages } from './end-of-list.js';
import type { DepartmentsPlace, HttpJsonOptions, UsersPlace } from './http-json-options.js';
import { keysNear, pickPath } from './pick-path.js';
import { isNumbered } from './next-address.js';
import { type Behind, firstPage, nextPage, type PagePlace } from './next-page.js';
import { credentialIn } from './open-api.js';

/** A list of the API, and the client that reads it. */
export interface ListReading {
  readonly client: JsonClient;
  readonly options: HttpJsonOptions;
  readonly place: UsersPlace | DepartmentsPlace;
  /** Its name in messages. */
  readonly name: 'users' | 'departments';
  /**
   * Whether a linked record may be on no page so far: then the page after an empty page is requested too. Absent: there
   * is no such record.
   */
  readonly mayMiss?: (() => Promise<boolean>) | undefined;
  /** The bytes of the whole read so far; updated by the read. */
  readonly budget: { bytes: number };
}

/** What is known about the total of a list. */
export type TotalTrust = 'look' | 'right' | 'wrong';

/** One page of a list. */
export interface ListPage {
  readonly items: readonly unknown[];
  /** The number of items so far, including this page. */
  readonly pages: number;
  readonly itemsSoFar: number;
  /** The total in this answer or in an earlier one; null = there was none. */
  readonly total: number | null;
  /** Whether the list has items after its total. */
  readonly isTotalWrong: boolean;
  /** Whether a page after an empty page has items: an empty page does not end this list. */
  readonly hasHole: boolean;
  /** The key by which the answer reports an error beside its items; null = there is none. */
  readonly errorKey: string | null;
  /**
   * Whether the next page is requested by a number: if records are added or removed meanwhile, items move between
   * pages. Null = this is the last page.
   */
  readonly next: 'by number' | 'by mark' | null;
}

const MEGABYTE = 1_048_576;
const NO_CONTENT = 204;
const NOT_FOUND = 404;

/**
 * Reads a list page by page to the end that the system states.
 * @param trust `look`: if only the total shows that the list ends, one more page is requested. `right`: the total is
 *   correct. `wrong`: the total of this list is known to be wrong
 * @throws SourceReadError if pages repeat or the answer has no list, SourceConfigError at a limit or if a path of the
 *   options does not exist in the first answer
 */
export async function* readList(reading: ListReading, trust: TotalTrust = 'look'): AsyncGenerator<ListPage> {
  const { paging } = reading.options;
  const walk: Walk = {
    at: firstPage(paging),
    behind: { pages: 0, itemsSoFar: 0, largest: 0, total: null },
    repeated: new RepeatedPages(reading.name),
    hasHole: false,
  };
  for (;;) {
    yield* readPages(reading, trust, walk);
    const beyond = await findBeyond(reading, walk);
    if (beyond === null) return;
    walk.hasHole = true;
    walk.at = beyond;
    if (paging.type === 'page') continue;
    // An offset counts items, which is wrong in a list with gaps: it is not read further.
    yield { items: [], ...walk.behind, hasHole: true, isTotalWrong: false, errorKey: null, next: null };
    return;
  }
}

/** The position of a walk over a list. */
interface Walk {
  /** The next page to request. */
  at: PagePlace;
  behind: Counted;
  readonly repeated: RepeatedPages;
  hasHole: boolean;
  /** The call that returned an empty page as the last one. */
  emptyEnd?: JsonCall | undefined;
}

async function* readPages(reading: ListReading, trust: TotalTrust, walk: Walk): AsyncGenerator<ListPage> {
  const { options, place } = reading;
  const { repeated, hasHole } = walk;
  let { behind } = walk;
  let total = trust;
  for (let at: PagePlace | null = walk.at, isPastTotal = false; at !== null;) {
    const isFirst: boolean = behind.pages === 0;
    walk.at = at;
    const call = callOf(reading, at, { isFirst });
    if (isPastTotal && !(await hasMore(reading, call, repeated))) return;
    refuseCap(reading, behind.pages);
    if (isPastTotal) total = 'wrong';
    const answer = await reading.client.call(call);
    spend(reading, answer);
    refuseEarlyEnd(reading, answer, { ...behind, last: repeated.lastSize });
    const found = contentOf(reading, answer, behind.total);
    if (isFirst) refuseWrongId(found.items, reading);
    repeated.refuse(at, found.items, place.id);
    behind = countPage(behind, found);
    Object.assign(walk, { behind, emptyEnd: emptyPage(call, answer, found) });
    const here = { answer, items: found.items.length, ...behind };
    isPastTotal = total === 'look' && endsByTotal(options.paging, here);
    at = isEnd(answer) ? null : nextOf(reading, at, isPastTotal || total === 'wrong' ? { ...here, total: null } : here);
    const next = isPastTotal ? null : wayTo(at, options);
    const { items, errorKey } = found;
    yield { items, errorKey, ...behind, hasHole, isTotalWrong: total === 'wrong', next };
  }
}

const emptyPage = (call: JsonCall, answer: JsonAnswer, { items }: Content): JsonCall | undefined =>
  items.length === 0 && !isEnd(answer) ? call : undefined;

/** The place of the page after an empty one, if that page has items that no earlier page had. */
async function findBeyond(reading: ListReading, { at, behind, repeated, emptyEnd }: Walk): Promise<PagePlace | null> {
  const beyond = emptyEnd === undefined ? null : placeBeyond(reading.options.paging, at, behind);
  if (emptyEnd === undefined || beyond === null || isWhole(behind)) return null;
  if (!(await reading.mayMiss?.())) return null;
  const call = { ...emptyEnd, query: { ...emptyEnd.query, ...beyond.query } };
  return (await hasMore(reading, call, repeated)) ? beyond : null;
}

const isWhole = ({ total, itemsSoFar }: Counted): boolean => total !== null && itemsSoFar >= total;

function refuseCap({ options, name }: ListReading, pages: number): void {
  if (pages < options.limits.pages) return;
  throw new SourceConfigError(`The list of ${name} has more than ${pages} pages.`);
}

type Counted = Pick<ListPage, 'pages' | 'itemsSoFar' | 'total'> & { readonly largest: number };

const countPage = ({ pages, itemsSoFar, largest }: Counted, { items, total }: Content): Counted => ({
  pages: pages + 1,
  itemsSoFar: itemsSoFar + items.length,
  largest: Math.max(largest, items.length),
  total,
});

const isEnd = ({ status }: JsonAnswer): boolean => status === NO_CONTENT || status === NOT_FOUND;

type Content = Pick<ListPage, 'items' | 'total' | 'errorKey'>;

function contentOf(reading: ListReading, answer: JsonAnswer, before: number | null): Content {
  if (isEnd(answer)) return { items: [], total: before, errorKey: null };
  const total = totalOf(answer.body, reading, before);
  const items = itemsOf(answer.body, reading, total);
  // A success rule takes precedence.
  const errorKey = reading.options.success ? null : errorInside(answer.body);
  if (items.length === 0 && errorKey !== null) throw new SourceReadError(emptyError(reading.name, errorKey));
  return { items, total, errorKey };
}

function nextOf(
  { options, place }: ListReading,
  at: PagePlace,
  behind: Omit<Behind, 'url' | 'baseUrl'>,
): PagePlace | null {
  const { baseUrl, paging } = options;
  const url = at.url ?? new URL(baseUrl.replace(/\/$/, '') + place.path).href;
  return nextPage(paging, { ...behind, url, baseUrl });
}

function wayTo(at: PagePlace | null, { paging }: HttpJsonOptions): ListPage['next'] {
  if (at === null) return null;
  const isCounted = at.url === undefined ? paging.type === 'page' || paging.type === 'offset' : isNumbered(at.url);
  return isCounted ? 'by number' : 'by mark';
}

function callOf({ options, place, name }: ListReading, at: PagePlace, { isFirst }: { isFirst: boolean }): JsonCall {
  const { headers, query } = credentialIn(options);
  // The address of a next page may contain the credential already, or another form of it: the configured one replaces
  // it.
  if (at.url !== undefined) return { api: name, path: at.url, query, headers };
  const { type } = options.paging;
  const expected = !isFirst && (type === 'page' || type === 'offset') ? [NO_CONTENT, NOT_FOUND] : [];
  return { api: name, path: place.path, query: { ...place.query, ...at.query, ...query }, headers, expected };
}

/**
 * After the last page, some systems answer 204, others 404. A 404 is the end only after a page that was not full:
 * otherwise the page may exist, and a proxy may have answered.
 */
function refuseEarlyEnd(
  { options: { paging }, name }: ListReading,
  { status }: JsonAnswer,
  { pages, largest, last }: { readonly pages: number; readonly largest: number; readonly last: number },
): void {
  if (status !== NOT_FOUND) return;
  const size = 'size' in paging ? (paging.size?.value ?? 0) : 0;
  if (last < Math.max(size, largest)) return;
  throw new SourceConfigError(
    `Page ${pages + 1} of ${name} answers 404, and it is unknown whether page ${pages} was the last. ` +
      'Set the page size, or the path of the total, if the system answers 404 after its last page.',
  );
}

function spend({ budget, options, name }: ListReading, { sizeBytes }: JsonAnswer): void {
  budget.bytes += sizeBytes;
  if (budget.bytes <= options.limits.megabytes * MEGABYTE) return;
  throw new SourceConfigError(`The read received more than ${options.limits.megabytes} MB in the list of ${name}.`);
}

/** Only the first answer must have a total: some systems omit it in the others. */
function totalOf(body: unknown, { place, name }: ListReading, before: number | null): number | null {
  if (place.total === undefined) return null;
  const value = pickPath(body, place.total);
  const total = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof total === 'number' && Number.isSafeInteger(total) && total >= 0) return total;
  if ((value ?? null) === null && before !== null) return before;
  throw noTotal(body, { path: place.total, items: place.items, name });
}

function noTotal(body: unknown, { path, items, name }: { path: string; items: string; name: string }): Error {
  const isThere = pickPath(body, path) !== undefined;
  const found = isThere ? 'The value is not a whole number from 0.' : keysNear(body, path);
  const message = `The answer for ${name} has no total at "${path}". ${found}`;
  const isWrongPath = !isThere && Array.isArray(pickPath(body, items));
  return isWrongPath
    ? new SourceConfigError(`${message} Correct the path, or remove the option.`)
    : new SourceReadError(message);
}

/**
 * A missing list is not an empty list, unless the system reports that there are no items. Go and Java write an empty
 * list as null, and other systems answer errors in the same way: null is an empty list only if the success rule reports
 * success.
 */
function itemsOf(body: unknown, { options, place, name }: ListReading, total: number | null): readonly unknown[] {
  const items = pickPath(body, place.items);
  if (Array.isArray(items)) return items as unknown[];
  if ((items === undefined || items === null) && total === 0) return [];
  if (items === null && options.success) return [];
  if (items === null) throw new SourceReadError(nullList(name, place.items));
  throw new SourceReadError(`The answer for ${name} has no list at "${place.items}". ${keysNear(body, place.items)}`);
}

const nullList = (name: string, path: string): string =>
  `The answer for ${name} has no list at "${path}" but null, which may be an empty list or an error. ` +
  'If the API returns empty lists in this form, set the success rule, or the path of the total.';

/** An error with an empty list must not count as the end of the list. */
const emptyError = (name: string, key: string): string =>
  `The answer for ${name} has no items, and "${key}" means that it is an error. If it is not an error, set the success rule.`;

/** A wrong path of the id makes every record unusable: this is one error of the options, not many invalid records. */
function refuseWrongId(items: readonly unknown[], { place, name }: ListReading): void {
  const objects = items.filter((item) => typeof item === 'object' && item !== null && !Array.isArray(item));
  if (objects.length === 0 || objects.some((item) => pickPath(item, place.id) !== undefined)) return;
  const near = keysNear(objects[0], place.id).replace('The answer', 'The first one');
  throw new SourceConfigError(`The ${name} have no id at "${place.id}". ${near} Correct the path.`);
}
