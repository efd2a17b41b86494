import { describe, expect, test } from '@jest/globals';
import type { FakeAnswer, FakeRequest } from '../../testing/fakes/fake-http.js';
import { startFakeJsonApi } from '../../testing/fakes/fake-json-api.js';
import { createJsonWorld } from '../../testing/worlds/json-world.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { httpJsonAdapter } from './http-json.adapter.js';

const adapter = httpJsonAdapter(createJsonWorld());
const EVERYBODY = Array.from({ length: 8 }, (_, at) => ({ id: String(at + 1) }));
const SIZE = 3;
const slice = (from: number) => EVERYBODY.slice(from, from + SIZE);
const LAST: FakeAnswer = { json: { items: [] } };

/** Reads a list of eight; the records in `linked` are linked before. */
async function read(
  paging: object,
  answer: (request: FakeRequest, count: number) => FakeAnswer,
  { linked = EVERYBODY.map(({ id }) => id), ...more }: { linked?: readonly string[] } & Record<string, unknown> = {},
) {
  const api = await startFakeJsonApi();
  api.onRequest = answer;
  const { success, ...users } = more;
  const config = adapter.configSchema.parse({
    ...{ baseUrl: api.baseUrl, paging, ...(success ? { success } : {}) },
    users: { path: '/v1/employees', items: 'items', id: 'id', fields: {}, ...users },
  });
  const seen = new Set<string>();
  const unseenIds = () => Promise.resolve(linked.filter((id) => !seen.has(id)));
  const context = { sourceId: 's', config, signal: new AbortController().signal, unseenIds };
  const request = { taskId: 't', mode: 'full', since: null, resumeFrom: null } as const;
  const found = { ids: seen, complete: false, codes: [] as string[], error: null as unknown };
  try {
    for await (const message of adapter.read(request, context) as AsyncIterable<SourceMessage<unknown>>) {
      if (message.type === 'records') message.records.forEach(({ externalId }) => seen.add(String(externalId)));
      if (message.type === 'rejected') found.codes.push(message.code);
      found.complete ||= message.type === 'complete';
    }
  } catch (error) {
    found.error = error;
  }
  await api.stop();
  return { ...found, ids: [...seen].toSorted(), calls: api.requests.length };
}

const byPage = { type: 'page', size: { parameter: 'limit', value: SIZE } };
const byOffset = { type: 'offset', size: { parameter: 'limit', value: SIZE } };
const pageOf = ({ query }: FakeRequest) => slice((Number(query.get('page')) - 1) * SIZE);
const offsetOf = ({ query }: FakeRequest) => slice(Number(query.get('offset')));

describe('R30: a total that does not count the list ends nothing', () => {
  test.each<[name: string, paging: object, answer: (request: FakeRequest) => FakeAnswer]>([
    ['items of the page, by offset', byOffset, (at) => ({ json: { items: offsetOf(at), total: offsetOf(at).length } })],
    ['items of the page, by page', byPage, (at) => ({ json: { items: pageOf(at), total: pageOf(at).length } })],
    ['the number of pages', byPage, (at) => ({ json: { items: pageOf(at), total: 3 } })],
    ['the page size', byPage, (at) => ({ json: { items: pageOf(at), total: SIZE } })],
    ['pages, without a page size', { type: 'page' }, (at) => ({ json: { items: pageOf(at), total: 3 } })],
  ])('%s', async (_name, paging, answer) => {
    const { ids, complete, codes } = await read(paging, answer, { total: 'total' });
    expect({ ids, complete, codes }).toEqual({
      ids: EVERYBODY.map(({ id }) => id),
      complete: false,
      codes: ['total_differs'],
    });
  });

  test.each<[name: string, behind: FakeAnswer]>([
    ['an empty page', LAST],
    ['404', { status: 404, json: { detail: 'Invalid page.' } }],
    ['400', { status: 400, json: {} }],
    ['204', { status: 204, bytes: Buffer.alloc(0) }],
    ['the last page again', { json: { items: slice(0), total: 3 } }],
    ['no list', { json: {} }],
    ['500', { status: 500, json: {} }],
  ])('a full page that is the whole list stays complete, where the page behind answers %s', async (_name, behind) => {
    const answer = (at: FakeRequest): FakeAnswer =>
      at.query.get('page') === '1' ? { json: { items: slice(0), total: 3 } } : behind;
    expect(await read(byPage, answer, { total: 'total', linked: ['1'] })).toMatchObject({ complete: true, codes: [] });
  });

  test('a page with fewer items than asked for needs no second call', async () => {
    const answer = () => ({ json: { items: slice(6), total: 2 } });
    expect(await read(byPage, answer, { total: 'total' })).toMatchObject({ complete: true, calls: 1 });
  });
});

describe('R30: lists by marks', () => {
  const byCursor = { type: 'cursor', next: 'next' };

  test('an id on two pages is a list that moved, though the number of items fits the total', async () => {
    const answer = ({ query }: FakeRequest) =>
      query.get('cursor') === 'b'
        ? { json: { items: [{ id: '3' }, ...EVERYBODY.slice(4)], next: null, total: 8 } }
        : { json: { items: slice(0), next: 'b', total: 8 } };
    expect(await read(byCursor, answer, { total: 'total' })).toMatchObject({ complete: false, codes: ['pages_moved'] });
  });

  test('a mark that hides an offset: a person who goes hides another one, who is found by the second reading', async () => {
    const mark = (offset: number) => Buffer.from(`offset:${offset}`).toString('base64');
    const answer = ({ query }: FakeRequest, count: number) => {
      const offset = Number(
        Buffer.from(query.get('cursor') ?? mark(0), 'base64')
          .toString()
          .slice(7),
      );
      const list = count === 1 ? EVERYBODY : EVERYBODY.slice(1);
      const more = offset + SIZE < list.length;
      return { json: { items: list.slice(offset, offset + SIZE), next: more ? mark(offset + SIZE) : null } };
    };
    const { ids, complete } = await read(byCursor, answer);
    expect([ids, complete]).toEqual([EVERYBODY.map(({ id }) => id), true]);
  });

  test('where no linked record is unseen, each page is asked for once', async () => {
    const answer = ({ query }: FakeRequest) =>
      query.has('cursor') ? { json: { items: slice(3), next: null } } : { json: { items: slice(0), next: 'b' } };
    expect(await read(byCursor, answer, { linked: ['1', '6'] })).toMatchObject({ complete: true, calls: 2 });
  });
});

describe('R30: an error that comes with status 200 and an empty list is not the end', () => {
  test.each<[name: string, second: object]>([
    ['errors (JSON:API)', { items: [], errors: [{ title: 'Timeout' }] }],
    ['error as text', { items: [], error: 'timeout' }],
    ['error as an object', { items: [], error: { code: 500, message: '' } }],
    ['error: true', { items: [], error: true }],
    ['error as a number', { items: [], error: 17 }],
    ['success: false', { items: [], success: false }],
    ['Success: "false"', { items: [], Success: 'false' }],
    ['ok: false (Slack)', { items: [], ok: false }],
    ['status: error (JSend)', { items: [], status: 'error' }],
    ['status: FAIL', { items: [], status: 'FAIL' }],
    ['errorMessage', { items: [], errorMessage: 'too many' }],
  ])('%s', async (_name, second) => {
    const answer = (at: FakeRequest): FakeAnswer => ({
      json: at.query.get('page') === '1' ? { items: slice(0) } : second,
    });
    const { complete, error } = await read(byPage, answer);
    expect([complete, error]).toEqual([false, expect.objectContaining({ code: 'source_read' })]);
  });

  test.each<[name: string, last: object]>([
    ['no error keys', { items: [] }],
    ['error: null', { items: [], error: null }],
    ['an empty text', { items: [], error: '', errors: [] }],
    ['a code of 0', { items: [], error: { code: 0, message: 'ok' }, success: true, status: 'ok' }],
    ['error: false', { items: [], error: false, ok: true }],
  ])('the end stays the end: %s', async (_name, last) => {
    const answer = (at: FakeRequest): FakeAnswer => ({
      json: at.query.get('page') === '1' ? { items: slice(0) } : last,
    });
    expect(await read(byPage, answer, { linked: ['1'] })).toMatchObject({ complete: true, error: null });
  });

  test('a success rule outweighs the common forms', async () => {
    const answer = () => ({ json: { items: [], error: 'none at all', code: 0 } });
    const success = { path: 'code', equals: 0 };
    expect(await read(byPage, answer, { linked: [], success })).toMatchObject({ complete: true, error: null });
  });
});

describe('R30: an error beside items means that some may be missing', () => {
  const beside =
    (second: object) =>
    (at: FakeRequest): FakeAnswer => ({
      json: at.query.get('page') === '1' ? { items: slice(0) } : at.query.get('page') === '2' ? second : { items: [] },
    });
  test.each<[name: string, second: object]>([
    ['errors (GraphQL)', { items: slice(6), errors: [{ message: 'Timeout', path: ['users', 3] }] }],
    ['error as text', { items: slice(6), error: 'shard 2 of 3 timed out' }],
    ['error as an object', { items: slice(6), error: { code: 500, message: '' } }],
    ['error: true', { items: slice(6), error: true }],
    ['success: false', { items: slice(6), success: false }],
    ['ok: false', { items: slice(6), ok: false }],
    ['status: error', { items: slice(6), status: 'error' }],
    ['status: Failed', { items: slice(6), status: 'Failed' }],
    ['errorMessage', { items: slice(6), errorMessage: 'too many' }],
    ['fault', { items: slice(6), fault: { faultstring: 'Timeout' } }],
  ])('%s', async (_name, second) => {
    const { ids, complete, codes, error } = await read(byPage, beside(second));
    expect({ ids, complete, codes, error }).toEqual({
      ids: ['1', '2', '3', '7', '8'],
      complete: false,
      codes: ['error_beside_items'],
      error: null,
    });
  });

  test('also where the list is one answer', async () => {
    const answer = (): FakeAnswer => ({ json: { items: slice(0), errors: [{ message: 'Timeout' }] } });
    expect(await read({ type: 'none' }, answer)).toMatchObject({ complete: false, codes: ['error_beside_items'] });
  });

  test.each<[name: string, more: object]>([
    ['no errors', { errors: [] }],
    ['null', { error: null }],
    ['a code of 0', { error: { code: 0, message: 'ok' }, success: true, status: 'ok' }],
    ['warnings', { warnings: ['deprecated'] }],
  ])('%s beside items is none', async (_name, more) => {
    const answer = (): FakeAnswer => ({ json: { items: slice(0), ...more } });
    expect(await read({ type: 'none' }, answer)).toMatchObject({ complete: true, codes: [] });
  });

  test('a success rule outweighs it', async () => {
    const answer = (): FakeAnswer => ({ json: { items: slice(0), errors: ['none at all'], code: 0 } });
    const success = { path: 'code', equals: 0 };
    expect(await read({ type: 'none' }, answer, { success })).toMatchObject({ complete: true, codes: [] });
  });
});

describe('R30: an answer that is not the result yet is not the end', () => {
  test.each([
    ['202 with an empty list', 202, []],
    ['202 with some items', 202, slice(6)],
    ['207 with some items', 207, slice(6)],
  ])('%s', async (_name, status, items) => {
    const answer = (at: FakeRequest): FakeAnswer =>
      at.query.get('page') === '1' ? { json: { items: slice(0) } } : { status, json: { items } };
    const { complete, error } = await read(byPage, answer);
    expect([complete, error]).toEqual([false, expect.objectContaining({ code: 'source_unavailable' })]);
  });

  test('also where a success rule calls it fine', async () => {
    const answer = (): FakeAnswer => ({ status: 202, json: { items: [], code: 0 } });
    const { complete, error } = await read({ type: 'none' }, answer, { success: { path: 'code', equals: 0 } });
    expect([complete, error]).toEqual([false, expect.objectContaining({ code: 'source_unavailable' })]);
  });

  test('202 while the list is made, then the list', async () => {
    const answer = (_at: FakeRequest, count: number): FakeAnswer =>
      count < 3 ? { status: 202, json: { items: [] } } : { json: { items: EVERYBODY } };
    expect(await read({ type: 'none' }, answer)).toMatchObject({ complete: true, calls: 3 });
  });
});
