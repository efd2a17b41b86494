import { type FakeAnswer, type FakeHttp, type FakeRequest, startFakeHttp } from './fake-http.js';

/** How the fake turns pages. */
export type FakePaging = 'none' | 'page' | 'offset' | 'cursor' | 'link' | 'nextUrl';

/** A personnel API on this machine, with two lists. */
export interface FakeJsonApi extends FakeHttp {
  /** Items by path, `/v1/employees` and `/v1/units`. */
  readonly lists: Map<string, unknown[]>;
  /** Requests so far. */
  readonly requests: FakeRequest[];
  /** Asked before the fake answers; what it returns is the answer. */
  onRequest: (request: FakeRequest, count: number) => FakeAnswer | undefined;
}

/** How the fake behaves. */
export interface FakeJsonApiOptions {
  readonly paging?: FakePaging;
  /** A page never has more, whatever is asked for; default 10. */
  readonly maxPage?: number;
}

/** Starts the API: answers are `{ code: 0, data: { items, total, next, hasMore } }`. */
export async function startFakeJsonApi({
  paging = 'none',
  maxPage = 10,
}: FakeJsonApiOptions = {}): Promise<FakeJsonApi> {
  const lists = new Map<string, unknown[]>();
  const requests: FakeRequest[] = [];
  const api = { lists, requests, onRequest: (() => undefined) as FakeJsonApi['onRequest'] };
  const http = await startFakeHttp((request) => {
    requests.push(request);
    const forced = api.onRequest(request, requests.length);
    const list = lists.get(request.path);
    if (forced) return forced;
    return list ? pageOf(list, request, { paging, maxPage }) : { status: 404, json: {} };
  });
  return Object.assign(api, http);
}

function pageOf(
  list: unknown[],
  { query, path }: FakeRequest,
  { paging, maxPage }: Required<FakeJsonApiOptions>,
): FakeAnswer {
  const size = paging === 'none' ? Infinity : Math.min(maxPage, Number(query.get('limit') ?? maxPage));
  const from = beginOf(query, paging, size);
  const to = from + size;
  const more = to < list.length;
  const items = list.slice(from, to);
  const address = `${path}?cursor=${to}`;
  const next = paging === 'nextUrl' ? (more ? address : null) : more ? `${to}` : 'meaningless';
  const headers: Record<string, string> =
    paging === 'link' && more
      ? { link: `<${path}?cursor=0>; rel="first", <${address}>; title="a,b"; rel="prev next"` }
      : {};
  return { headers, json: { code: 0, data: { items, total: list.length, next, hasMore: more } } };
}

function beginOf(query: URLSearchParams, paging: FakePaging, size: number): number {
  if (paging === 'page') return (Number(query.get('page')) - 1) * size;
  if (paging === 'offset') return Number(query.get('offset'));
  return Number(query.get('cursor') ?? 0);
}
