import { describe, expect, test } from '@jest/globals';
import type { SourceMessage } from '../../domain/source-message.js';
import type { FakeAnswer, FakeRequest } from '../../testing/fakes/fake-http.js';
import { startFakeJsonApi } from '../../testing/fakes/fake-json-api.js';
import { createJsonWorld } from '../../testing/worlds/json-world.js';
import { httpJsonAdapter } from './http-json.adapter.js';

const adapter = httpJsonAdapter(createJsonWorld());
const EMPTY: FakeAnswer = { json: { items: [] } };
const byPage = { type: 'page', size: { parameter: 'limit', value: 3 } };
const byOffset = { type: 'offset', size: { parameter: 'limit', value: 3 } };

/** Reads pages of ids from a system that filters each page; after the last page it answers `end`. */
async function read(
  pages: readonly (readonly string[])[],
  { end = EMPTY, linked = pages.flat(), paging = byPage, more = {}, total, success }: ReadOptions = {},
) {
  const api = await startFakeJsonApi();
  api.onRequest = ({ query }: FakeRequest) => {
    const at = paging.type === 'page' ? Number(query.get('page')) - 1 : Number(query.get('offset')) / 3;
    const ids = pages[at];
    return ids ? { json: { items: ids.map((id) => ({ id })), ...(total === undefined ? {} : { total }) } } : end;
  };
  const config = adapter.configSchema.parse({
    ...{ baseUrl: api.baseUrl, paging, ...(success ? { success } : {}) },
    users: { path: '/v1/employees', items: 'items', id: 'id', fields: {}, ...more },
  });
  const seen = new Set<string>();
  const unseenIds = () => Promise.resolve(linked.filter((id) => !seen.has(id)));
  const context = { sourceId: 's', config, signal: new AbortController().signal, unseenIds };
  const request = { taskId: 't', mode: 'full', since: null, resumeFrom: null } as const;
  const found = { complete: false, codes: [] as string[] };
  for await (const message of adapter.read(request, context) as AsyncIterable<SourceMessage<unknown>>) {
    if (message.type === 'records') message.records.forEach(({ externalId }) => seen.add(String(externalId)));
    if (message.type === 'rejected') found.codes.push(message.code);
    found.complete ||= message.type === 'complete';
  }
  await api.stop();
  return { ...found, ids: [...seen].toSorted().join(''), calls: api.requests.length };
}

interface ReadOptions {
  readonly end?: FakeAnswer;
  readonly linked?: readonly string[];
  readonly paging?: { readonly type: string };
  readonly more?: object;
  readonly total?: number;
  readonly success?: object;
}

const ENDS: readonly (readonly [string, FakeAnswer])[] = [
  ['an empty page', EMPTY],
  ['404', { status: 404, json: {} }],
  ['204', { status: 204, bytes: Buffer.alloc(0) }],
];

describe('R30: an empty numbered page alone does not prove the end', () => {
  test.each([
    ['in the middle', [['a', 'b', 'c'], [], ['d', 'e']]],
    ['first', [[], ['a', 'b'], ['c', 'd', 'e']]],
    ['twice', [['a'], [], ['b', 'c'], [], ['d', 'e']]],
  ])('%s: all that stand behind it are read, and the list is not complete', async (_name, pages) => {
    const result = await read(pages, { linked: ['a', 'b', 'c', 'd', 'e', 'gone'] });
    expect(result).toMatchObject({ ids: 'abcde', complete: false, codes: ['empty_page'] });
  });

  test('by offset: what is behind is not read, and the list is not complete', async () => {
    const result = await read([['a', 'b', 'c'], [], ['d', 'e']], { paging: byOffset });
    expect(result).toMatchObject({ ids: 'abc', complete: false, codes: ['empty_page'] });
  });

  test('where the total is reached behind it, the list is complete', async () => {
    const pages = [['a', 'b', 'c'], [], ['d', 'e']];
    const result = await read(pages, { linked: ['a', 'd', 'gone'], more: { total: 'total' }, total: 5 });
    expect(result).toMatchObject({ ids: 'abcde', complete: true, codes: [] });
  });

  test.each(ENDS)('behind short pages in the middle, %s is the end', async (_name, end) => {
    const result = await read([['a', 'b', 'c'], ['d'], ['e', 'f']], { end, linked: ['a', 'f', 'gone'] });
    expect(result).toMatchObject({ ids: 'abcdef', complete: true, codes: [] });
  });

  test.each([
    ...ENDS,
    ['400', { status: 400, json: {} }] as const,
    ['the last page again', { json: { items: [{ id: 'c' }] } }] as const,
    ['no list', { json: {} }] as const,
  ])('an empty last page with %s behind it is the end', async (_name, end) => {
    const result = await read([['a', 'b'], ['c'], []], { end, linked: ['a', 'gone'] });
    expect(result).toMatchObject({ ids: 'abc', complete: true, codes: [] });
  });

  test('where no linked record is unseen, no page behind the empty one is asked for', async () => {
    expect(await read([['a', 'b'], ['c']])).toMatchObject({ complete: true, calls: 3 });
  });
});

describe('R30: null instead of a list', () => {
  const Null: FakeAnswer = { json: { items: null, code: 0 } };

  test('is an error without a success rule, as systems answer errors so, and an empty list with one', async () => {
    await expect(read([['a']], { end: Null })).rejects.toMatchObject({ code: 'source_read' });
    const empty = { end: Null, linked: ['gone'], success: { path: 'code', equals: 0 } };
    expect(await read([], empty)).toMatchObject({ complete: true, calls: 2 });
  });

  test.each(['', false, {}, { k1: { id: 'a' } }, 0])('%j is no list', async (items) => {
    await expect(read([], { end: { json: { items } } })).rejects.toMatchObject({ code: 'source_read' });
  });
});
