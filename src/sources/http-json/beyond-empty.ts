import type { Paging } from './http-json-options.js';
import { firstPage, type PagePlace } from './next-page.js';

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
