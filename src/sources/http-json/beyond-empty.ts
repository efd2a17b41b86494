import type { Paging } from './http-json-options.js';
import { firstPage, type PagePlace } from './next-page.js';

/**
 * The place behind an empty numbered page, null where the paging has no numbers. Systems that filter after they cut a
 * list into pages have empty pages in the middle, so an empty page alone does not prove the end.
 * @param behind pages so far, the empty one included, and the most items of one page
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
 * The key by which an answer of status 200 says that it is an error, as far as that is a common form: JSON:API and
 * GraphQL (`errors`), JSend (`status: "error"`), Slack (`ok: false`). Null where it says nothing of the kind.
 * Without items the answer is an error; beside items it may be a warning, and the list is not known to be whole.
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

/** An error object may be there in each answer, with a code of 0 and an empty message. */
function isSomething(value: unknown): boolean {
  if (typeof value === 'string') return !NOTHING.test(value.trim());
  if (typeof value === 'object' && value !== null) return Object.values(value).some(isSomething);
  return typeof value === 'boolean' ? value : typeof value === 'number' && value !== 0;
}
