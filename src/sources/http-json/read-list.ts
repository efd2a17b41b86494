import { createHash } from 'node:crypto';
import { SourceConfigError, SourceReadError } from '../../domain/errors.js';
import type { JsonClient } from '../../platform/http-client/json-client.js';
import type { JsonAnswer, JsonCall } from '../../platform/http-client/json-call.js';
import type { DepartmentsPlace, HttpJsonOptions, UsersPlace } from './http-json-options.js';
import { firstPage, nextPage, type PagePlace } from './next-page.js';
import { headersOf } from './open-api.js';
import { pickPath } from './pick-path.js';

/** A list of the API, and what reads it. */
export interface ListReading {
  readonly client: JsonClient;
  readonly options: HttpJsonOptions;
  readonly place: UsersPlace | DepartmentsPlace;
  /** Its name in messages. */
  readonly name: 'users' | 'departments';
  /** Bytes of the whole read so far; grows. */
  readonly budget: { bytes: number };
}

/** One page of it. */
export interface ListPage {
  readonly items: readonly unknown[];
  /** So far, this one included. */
  readonly pages: number;
  readonly itemsSoFar: number;
  readonly total: number | null;
}

const MEGABYTE = 1_048_576;

/**
 * Reads a list page by page to its proved end.
 * @throws SourceReadError where pages repeat or the answer has no list, SourceConfigError at a cap
 */
export async function* readList(reading: ListReading): AsyncGenerator<ListPage> {
  const { options, place, name } = reading;
  const seen = new Set<string>();
  let [pages, itemsSoFar] = [0, 0];
  for (let at: PagePlace | null = firstPage(options.paging); at !== null;) {
    if (pages >= options.limits.pages) throw new SourceConfigError(`The list of ${name} has more than ${pages} pages.`);
    const call = callOf(reading, at);
    const answer = await reading.client.call(call);
    spend(reading, answer);
    const total = totalOf(answer.body, place.total, name);
    const items = itemsOf(answer.body, reading, total);
    refuseRepeated(seen, { at, items, name });
    pages += 1;
    itemsSoFar += items.length;
    yield { items, pages, itemsSoFar, total };
    const url = at.url ?? new URL(options.baseUrl.replace(/\/$/, '') + place.path).href;
    at = nextPage(options.paging, { answer, url, items: items.length, pages, itemsSoFar, total });
  }
}

function callOf({ options, place, name }: ListReading, at: PagePlace): JsonCall {
  const headers = headersOf(options);
  if (at.url !== undefined) return { api: name, path: at.url, headers };
  return { api: name, path: place.path, query: { ...place.query, ...at.query }, headers };
}

function spend({ budget, options, name }: ListReading, { sizeBytes }: JsonAnswer): void {
  budget.bytes += sizeBytes;
  if (budget.bytes <= options.limits.megabytes * MEGABYTE) return;
  throw new SourceConfigError(`The read got more than ${options.limits.megabytes} MB at the list of ${name}.`);
}

function totalOf(body: unknown, path: string | undefined, name: string): number | null {
  if (path === undefined) return null;
  const value = pickPath(body, path);
  const total = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof total === 'number' && Number.isSafeInteger(total) && total >= 0) return total;
  throw new SourceReadError(`The answer for ${name} has no total at "${path}".`);
}

/** No list is no empty list, unless the system says that there is nothing. */
function itemsOf(body: unknown, { place, name }: ListReading, total: number | null): readonly unknown[] {
  const items = pickPath(body, place.items);
  if (Array.isArray(items)) return items as unknown[];
  if ((items === undefined || items === null) && total === 0) return [];
  throw new SourceReadError(`The answer for ${name} has no list at "${place.items}".`);
}

/** A system that does not know the paging parameter answers the first page for ever. */
function refuseRepeated(
  seen: Set<string>,
  { at, items, name }: { at: PagePlace; items: readonly unknown[]; name: string },
): void {
  const content = createHash('sha256').update(JSON.stringify(items)).digest('base64');
  const marks = [`at ${JSON.stringify(at)}`, ...(items.length > 0 ? [`content ${content}`] : [])];
  if (marks.some((mark) => seen.has(mark))) {
    throw new SourceReadError(`The list of ${name} repeats a page: check the paging options.`, { retry: false });
  }
  for (const mark of marks) seen.add(mark);
}
