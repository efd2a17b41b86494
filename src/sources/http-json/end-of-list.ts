import { SourceReadError, SyncError } from '../../domain/errors.js';
import type { JsonCall } from '../../outbound/http-client/json-call.js';
import type { JsonClient } from '../../outbound/http-client/json-client.js';
import type { Paging } from './http-json-options.js';
import { pickPath } from './pick-path.js';
import { createHash } from 'node:crypto';
import { firstPage, type PagePlace } from './next-page.js';

/** The answers of systems after the last page. */
const BEHIND_THE_END = [204, 400, 404, 416, 422];

/**
 * Whether only the total shows that a list ends here. A page with fewer items than the page size shows it too. A full
 * page does not: some systems return the number of items of the page, or of pages, in place of the total (WSO2
 * product-is 13772).
 */
export function endsByTotal(
  paging: Paging,
  { items, largest, itemsSoFar, total }: { items: number; largest: number; itemsSoFar: number; total: number | null },
): boolean {
  if ((paging.type !== 'page' && paging.type !== 'offset') || total === null || total !== itemsSoFar) return false;
  return items > 0 && items >= Math.max(largest, paging.size?.value ?? 0);
}

/** Whether a page has items that no earlier page had. An error or a repeated page is the end. */
export async function hasMore(
  { client, place }: { readonly client: JsonClient; readonly place: { readonly items: string; readonly id: string } },
  call: JsonCall,
  repeated: RepeatedPages,
): Promise<boolean> {
  try {
    const { body } = await client.call({ ...call, expected: BEHIND_THE_END });
    const items = pickPath(body, place.items);
    return Array.isArray(items) && items.length > 0 && !repeated.has(items, place.id);
  } catch (error) {
    if (error instanceof SyncError && /^source_(?:config|read|unavailable)$/.test(error.code)) return false;
    throw error;
  }
}

/** Finds repeated pages: a system that ignores the paging parameter always returns the first page. */
export class RepeatedPages {
  private readonly seen = new Set<string>();
  private first: string | null = null;
  /** The items of the page that was requested last. */
  lastSize = 0;

  constructor(private readonly name: string) {}

  /** Whether a page has the ids of another one in the same order. */
  has(items: readonly unknown[], idPath: string): boolean {
    return this.seen.has(`ids ${hashOf(items, idPath)}`);
  }

  /**
   * @throws SourceReadError for a place that was requested before, or a page with the ids of another one in the same
   *   order. The error is temporary if the list may have changed: then a short page can appear again after new items.
   */
  refuse(at: PagePlace, items: readonly unknown[], idPath: string): void {
    this.lastSize = items.length;
    const place = `at ${JSON.stringify(at)}`;
    const ids = items.length > 0 ? `ids ${hashOf(items, idPath)}` : null;
    const problem = `The list of ${this.name} repeats a page: check the paging options.`;
    if (this.seen.has(place)) throw new SourceReadError(problem, { retry: false });
    if (ids !== null && this.seen.has(ids)) {
      throw new SourceReadError(problem, { retry: ids !== this.first || items.length === 1 });
    }
    this.seen.add(place);
    if (ids !== null) this.seen.add(ids);
    this.first ??= ids;
  }
}

function hashOf(items: readonly unknown[], idPath: string): string {
  const hash = createHash('sha256');
  for (const item of items) {
    const id = pickPath(item, idPath);
    hash.update(typeof id === 'string' || typeof id === 'number' ? JSON.stringify(id) : (JSON.stringify(item) ?? ''));
    hash.update('\n');
  }
  return hash.digest('base64');
}

/**
 * The page after an empty numbered page; null if the paging has no numbers. Some systems filter a list after they
 * divide it into pages, so an empty page in the middle does not prove the end.
 * @param behind the number of pages so far, including the empty one, and the largest number of items of one page
 */
export function placeBeyond(
  paging: Paging,
  at: PagePlace,
  { pages, largest }: { readonly pages: number; readonly largest: number },
): PagePlace | null {
  if (paging.type === 'page') return numberedPlace(paging, paging.first + pages);
  if (paging.type !== 'offset') return null;
  const step = Math.max(largest, paging.size?.value ?? 0);
  return step === 0 ? null : numberedPlace(paging, Number(at.query[paging.parameter]) + step);
}

function numberedPlace(paging: Extract<Paging, { type: 'page' | 'offset' }>, place: number): PagePlace {
  return { query: { ...firstPage(paging).query, [paging.parameter]: place } };
}

const ERROR_KEYS = new Set(['error', 'errors', 'error_message', 'errormessage', 'err', 'fault']);
const FAILED = /^(?:error|fail|failed|failure|fault)$/i;
const NOTHING = /^(?:|0+|ok|none|null|false|success)$/i;

/**
 * The key by which an answer of status 200 reports an error in a common form: JSON:API and GraphQL (`errors`), JSend
 * (`status: "error"`), Slack (`ok: false`). Null if there is none.
 * Without items, the answer is an error. With items, it may be a warning, and the list may be incomplete.
 */
export function errorInside(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return null;
  const found = Object.entries(body).find(([key, value]) => isErrorSign(key.toLowerCase(), value));
  return found?.[0] ?? null;
}

function isErrorSign(name: string, value: unknown): boolean {
  if (ERROR_KEYS.has(name)) return isSomething(value);
  if (name === 'success' || name === 'ok') return value === false || value === 'false';
  return name === 'status' && typeof value === 'string' && FAILED.test(value);
}

/** Some systems add an error object to each answer; without an error it has the code 0 and an empty message. */
function isSomething(value: unknown): boolean {
  if (typeof value === 'string') return !NOTHING.test(value.trim());
  if (typeof value === 'object' && value !== null) return Object.values(value).some(isSomething);
  return typeof value === 'boolean' ? value : typeof value === 'number' && value !== 0;
}
