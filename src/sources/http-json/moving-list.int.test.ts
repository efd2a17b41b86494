import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { SourceMessage } from '../../domain/source-message.js';
import { createJsonWorld } from '../../testing/worlds/json-world.js';
import { type FakeJsonApi, startFakeJsonApi } from '../../testing/fakes/fake-json-api.js';
import { readAdapter } from '../../testing/worlds/read-adapter.js';
import { httpJsonAdapter } from './http-json.adapter.js';

const PATH = '/v1/employees';
const SIZE = 4;
const adapter = httpJsonAdapter(createJsonWorld());

interface Person {
  readonly id: string;
}

/** The change of the list before the answer to a request, by the number of the request from 1. */
type Moves = Readonly<Record<number, (list: Person[]) => void>>;
type Way = 'page' | 'offset' | 'nextUrl';

let api: FakeJsonApi;
let list: Person[] = [];
let moves: Moves = {};
let requests = 0;

beforeAll(async () => {
  api = await startFakeJsonApi();
  api.onRequest = ({ query }) => {
    requests += 1;
    moves[requests]?.(list);
    const page = Number(query.get('page') ?? 1);
    const from = query.has('offset') ? Number(query.get('offset')) : (page - 1) * SIZE;
    const items = list.slice(from, from + SIZE);
    const next = from + SIZE < list.length ? `${PATH}?page=${page + 1}` : null;
    return { json: { items, total: list.length, next } };
  };
});
afterAll(() => api.stop());
beforeEach(() => {
  requests = 0;
});

/** An id may occur twice while the list changes. */
async function readAll(given: object): Promise<SourceMessage<unknown>[]> {
  const config = adapter.configSchema.parse(given);
  const messages: SourceMessage<unknown>[] = [];
  const request = { taskId: 't', mode: 'full', since: null, resumeFrom: null } as const;
  const context = { sourceId: 's', config, signal: new AbortController().signal };
  for await (const message of adapter.read(request, context)) messages.push(message);
  return messages;
}

async function read(way: Way, count: number, during: Moves, { total = false } = {}) {
  list = Array.from({ length: count }, (_, at) => ({ id: `p${String(at).padStart(3, '0')}` }));
  const before = list.map(({ id }) => id);
  moves = during;
  requests = 0;
  const users = { path: PATH, items: 'items', id: 'id', fields: {}, ...(total ? { total: 'total' } : {}) };
  const paging = way === 'nextUrl' ? { type: way, next: 'next' } : { type: way };
  let messages: readonly SourceMessage<unknown>[] = [];
  try {
    messages = await readAll({ baseUrl: api.baseUrl, users, paging });
  } catch (error) {
    // A repeated page ends the read; while the list changes, the error is temporary.
    expect(error).toMatchObject({ code: 'source_read', advice: { retry: true } });
  }
  const complete = messages.filter((one) => one.type === 'complete');
  const ids = messages.flatMap((one) =>
    one.type === 'records' ? one.records.map(({ externalId }) => externalId) : [],
  );
  const codes = messages.flatMap((one) => (one.type === 'rejected' ? one.code : []));
  // A record that was in the list during the whole read must never count as absent.
  const stayed = before.filter((id) => list.some((one) => one.id === id));
  return { ids, codes, complete: complete.length > 0, missing: stayed.filter((id) => !ids.includes(id)), requests };
}

const remove = (at: number) => (people: Person[]) => void people.splice(at, 1);
const insert =
  (at: number, id = 'new') =>
  (people: Person[]) =>
    void people.splice(at, 0, { id });
const both =
  (...steps: readonly ((people: Person[]) => void)[]) =>
  (people: Person[]) =>
    steps.forEach((step) => step(people));
const move = (from: number, to: number) => (people: Person[]) => void people.splice(to, 0, ...people.splice(from, 1));

const WAYS: readonly Way[] = ['page', 'offset', 'nextUrl'];
const CASES: readonly [name: string, during: Moves][] = [
  ['nothing', {}],
  ['one goes from a page that was read', { 2: remove(0) }],
  ['one goes from a page that was read, another one later', { 2: remove(0), 3: remove(1) }],
  ['one goes and one comes at the end, so that the total stays', { 2: both(remove(1), insert(99)) }],
  ['one comes in front, one goes at the end', { 2: both(insert(0), remove(12)) }],
  ['one comes in front', { 3: insert(0) }],
  ['one is renamed, from a page to come to one that was read', { 2: move(9, 1) }],
  ['one is renamed and one goes, so that no border moves', { 2: both(move(9, 0), remove(2)) }],
  ['one is renamed the other way', { 3: move(1, 9) }],
  ['the last one goes while the last page is read', { 3: remove(11) }],
  ['a whole page goes', { 2: both(remove(0), remove(0), remove(0), remove(0)) }],
  ['it moves in the second walk too', { 2: remove(0), 6: remove(1) }],
  ['people come all the time', { 2: insert(0, 'n1'), 3: insert(0, 'n2'), 5: insert(0, 'n3'), 7: insert(0, 'n4') }],
];

describe.each(WAYS)('R30: by %s, while the list moves', (way) => {
  test.each(CASES)('%s: people who stayed are seen, or no one is absent', async (_name, during) => {
    for (const total of [false, true]) {
      const { complete, missing } = await read(way, 14, during, { total });
      expect({ total, missing: complete ? missing : [] }).toEqual({ total, missing: [] });
    }
  });

  test.each(CASES.slice(0, 10))('%s: the read comes to rest and is complete', async (_name, during) => {
    expect(await read(way, 14, during)).toMatchObject({ complete: true, missing: [], codes: [] });
  });

  test('a list that never rests is not complete, after four walks', async () => {
    let made = 0;
    const during = Object.fromEntries(
      Array.from({ length: 60 }, (_, at) => [at, (people: Person[]) => insert(0, `new${(made += 1)}`)(people)]),
    );
    const found = await read(way, 14, during);
    expect(found.complete).toBe(false);
    expect(found.requests).toBeLessThan(4 * 12);
  });

  test('a law: with any people that come, go and change places', async () => {
    const step = fc.oneof(
      fc.nat(13).map((at) => remove(at)),
      fc.tuple(fc.nat(14), fc.uuid()).map(([at, id]) => insert(at, id)),
    );
    const placed = fc.tuple(fc.integer({ min: 1, max: 12 }), step);
    await fc.assert(
      fc.asyncProperty(fc.array(placed, { maxLength: 5 }), fc.boolean(), async (steps, total) => {
        const { complete, missing } = await read(way, 14, Object.fromEntries(steps), { total });
        expect(complete ? missing : []).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('how many calls a proof costs', () => {
  test.each<[name: string, way: Way, count: number, total: boolean, calls: number]>([
    ['one page with a total', 'page', 3, true, 2],
    ['one page without a total', 'page', 3, false, 5],
    ['no items', 'page', 0, false, 2],
    ['three pages with a total', 'page', 12, true, 7],
    ['three pages without a total', 'page', 12, false, 9],
    ['three pages by offset with a total', 'offset', 12, true, 7],
    ['three addresses that count pages', 'nextUrl', 12, false, 6],
    ['one address', 'nextUrl', 4, false, 1],
  ])('%s', async (_name, way, count, total, calls) => {
    expect(await read(way, count, {}, { total })).toMatchObject({ complete: true, codes: [], requests: calls });
  });

  test.each(['cursor', 'link', 'nextUrl'] as const)('by marks (%s), each page is asked for once', async (paging) => {
    const own = await startFakeJsonApi({ paging, maxPage: SIZE });
    own.lists.set(
      PATH,
      Array.from({ length: 12 }, (_, id) => ({ id: id + 1 })),
    );
    const users = { path: PATH, items: 'data.items', id: 'id', fields: {} };
    const next = { type: paging, ...(paging === 'link' ? {} : { next: 'data.next' }) };
    const more = paging === 'cursor' ? { more: 'data.hasMore' } : {};
    const { complete } = await readAdapter(adapter, { baseUrl: own.baseUrl, users, paging: { ...next, ...more } });
    expect([complete, own.requests.length]).toEqual([['user'], 3]);
    await own.stop();
  });
});

describe('R30: totals', () => {
  const page = (items: readonly unknown[], total: unknown) => ({ json: { items, total } });
  const people = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => ({ id: from + at }));

  test.each<[name: string, totals: readonly unknown[], code: string | null]>([
    ['the same on both pages', [8, 8], null],
    ['as text', ['8', '8'], null],
    ['only on the first page', [8, undefined], null],
    ['null on the second page', [8, null], null],
    ['smaller than what came', [6, 6], 'total_differs'],
    ['larger than what came', [9, 9], 'total_differs'],
    ['it changes from page to page', [8, 9], 'total_differs'],
    ['it shrinks to what came', [9, 8], 'total_differs'],
    ['0', [0, 0], 'total_differs'],
  ])('%s', async (_name, totals, code) => {
    const own = await startFakeJsonApi();
    own.onRequest = ({ query }) =>
      query.get('cursor') === 'b'
        ? { json: { ...page(people(4, 8), totals[1]).json, next: null } }
        : { json: { ...page(people(0, 4), totals[0]).json, next: 'b' } };
    const users = { path: PATH, items: 'items', id: 'id', fields: {}, total: 'total' };
    const paging = { type: 'cursor', next: 'next' };
    const { messages, complete } = await readAdapter(adapter, { baseUrl: own.baseUrl, users, paging });
    const rejected = messages.flatMap((one) => (one.type === 'rejected' ? one.code : []));
    expect([rejected, complete]).toEqual(code === null ? [[], ['user']] : [[code], []]);
    await own.stop();
  });

  test.each([
    ['-1', -1],
    ['a fraction', 7.5],
    ['a word', 'many'],
    ['a boolean', true],
    ['an object', {}],
    ['a list', []],
  ])('%s is no total', async (_name, total) => {
    const own = await startFakeJsonApi();
    own.onRequest = () => page([], total);
    const users = { path: PATH, items: 'items', id: 'id', fields: {}, total: 'total' };
    const { error, complete } = await readAdapter(adapter, { baseUrl: own.baseUrl, users });
    expect([error, complete]).toEqual([expect.objectContaining({ code: 'source_read' }), []]);
    await own.stop();
  });
});
