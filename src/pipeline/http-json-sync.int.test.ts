import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { httpJsonAdapter } from '../sources/http-json/http-json.adapter.js';
import { createEngine, type Engine, type TestSource } from '../testing/worlds/engine.js';
import type { FakeAnswer } from '../testing/fakes/fake-http.js';
import { type FakeJsonApi, startFakeJsonApi } from '../testing/fakes/fake-json-api.js';
import { createJsonWorld } from '../testing/worlds/json-world.js';
import { problemsOf, skippedOf } from '../testing/look.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

const adapter = httpJsonAdapter(createJsonWorld());
const PATH = '/v1/employees';
const USERS = { path: PATH, items: 'data', id: 'id', fields: { username: 'login', nickname: 'name' } };

let database: TestDatabase;
let engine: Engine;
let api: FakeJsonApi;
let made = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db, { adapters: [adapter] });
});
afterAll(() => database.drop());
afterEach(() => api.stop());

async function addSource(paging: object, more: object = {}): Promise<{ source: TestSource; word: string }> {
  made += 1;
  api = await startFakeJsonApi();
  const config = adapter.configSchema.parse({ baseUrl: api.baseUrl, paging, users: USERS, ...more }) as object;
  const guard = { maxPercent: 100, maxRecords: 1_000 };
  return { source: await engine.addSource(`api${made}`, { type: 'http-json', config, guard }), word: `a${made}` };
}

const people = (word: string, count: number) =>
  Array.from({ length: count }, (_, at) => ({
    id: `${word}-${at}`,
    login: `${word}-person-${at}`,
    name: `Name ${at}`,
  }));

async function activeOf(source: TestSource): Promise<readonly string[]> {
  const { rows } = await database.db.pool.query<{ id: string }>(
    `SELECT k.external_id AS id FROM known_records k JOIN users u ON u.id = k.target_id
     WHERE k.source_id = $1 AND k.kind = 'user' AND k.removed_at IS NULL AND u.active ORDER BY 1`,
    [source.id],
  );
  return rows.map(({ id }) => id);
}

describe('R30: a page that can not be read to its end removes no user', () => {
  test.each<[name: string, link: string, end: string]>([
    ['a quoted pair in a title', '<?page=3>; title="sheet \\"3\\" of 3"; rel="next"', 'succeeded'],
    ['single quotes', "<?page=3>; rel='next'", 'succeeded'],
    ['a parameter without a value', '<?page=3>; crossorigin; rel=next', 'succeeded'],
    ['a header that is cut', '<?page=3>; rel="next', 'source_read'],
    ['a relation that may mean next', '<?page=3>; rel="next,last"', 'source_read'],
    ['a parameter that is nearly rel', '<?page=3>; rels="next"', 'source_read'],
    ['a missing comma', '<?page=1>; rel="prev" <?page=3>; rel="next"', 'source_read'],
  ])('Link with %s', async (_name, link, end) => {
    const { source, word } = await addSource({ type: 'link' });
    const list = people(word, 6);
    let second = '<?page=3>; rel="next"';
    api.onRequest = ({ query }) => {
      const page = Number(query.get('page') ?? 1);
      const header = { 1: '<?page=2>; rel="next"', 2: second }[page];
      return { headers: header ? { link: header } : {}, json: { data: list.slice(page * 2 - 2, page * 2) } };
    };
    expect((await engine.sync(source)).end).toBe('succeeded');
    second = link;
    const found = await engine.sync(source).then(
      (result) => result.end,
      (error: { code: string }) => error.code,
    );
    expect([found, (await activeOf(source)).length]).toEqual([end, 6]);
  });

  test('a person who moves over the border of a page stays, though the total stays the same', async () => {
    const { source, word } = await addSource({ type: 'page' }, { users: { ...USERS, total: 'total' } });
    const list = people(word, 6);
    let requests = 0;
    let hasMoved = true;
    api.onRequest = ({ query }) => {
      requests += 1;
      if (!hasMoved && query.get('page') === '2') {
        hasMoved = true;
        list.splice(0, 1);
        list.push(...people(`${word}-late`, 1));
      }
      const from = (Number(query.get('page')) - 1) * 2;
      return { json: { data: list.slice(from, from + 2), total: list.length } };
    };
    await engine.sync(source);
    // Three pages, and the page after the last one, which was full: the total might count pages (see read-list.ts).
    expect(requests).toBe(4);
    hasMoved = false;
    requests = 0;
    expect((await engine.sync(source)).end).toBe('succeeded');
    expect(await activeOf(source)).toEqual(expect.arrayContaining([`${word}-2`, `${word}-late-0`]));
    // A person who was deleted while the list was read is in it once more, and absent in the next read.
    expect((await engine.sync(source)).counts['user']).toMatchObject({ removed: 1 });
  });

  test('where every linked person was seen, numbered pages are read once', async () => {
    const { source, word } = await addSource({ type: 'offset' });
    const list = people(word, 5);
    api.onRequest = ({ query }) => ({ json: { data: list.slice(Number(query.get('offset'))).slice(0, 2) } });
    await engine.sync(source);
    const before = api.requests.length;
    expect((await engine.sync(source)).end).toBe('succeeded');
    expect(api.requests.length - before).toBe(4);
    list.pop();
    expect((await engine.sync(source)).counts['user']).toMatchObject({ removed: 1 });
    // Two readings, and once the page after the empty one.
    expect(api.requests.length - before).toBe(4 + 6 + 1);
  });
});

describe('answers in mid-read', () => {
  const HTML = { headers: { 'content-type': 'text/html' }, bytes: Buffer.from('<html>Sign in</html>') };
  const json = (text: string) => ({ bytes: Buffer.from(text) });

  test.each<[name: string, trouble: FakeAnswer]>([
    ['a web page', HTML],
    ['an empty body', json('')],
    ['JSON that is cut', json('{"data":[{"id":"x')],
    ['a connection that is cut', 'cut'],
    ['text', json('upstream connect error')],
    ['bytes that are no UTF-8', { bytes: Buffer.from('{"data":["\xff"]}', 'latin1') }],
    ['gzip that is none', { headers: { 'content-encoding': 'gzip' }, bytes: Buffer.from('{}') }],
    ['204 in place of a page', { status: 204, bytes: Buffer.alloc(0) }],
    ['408', { status: 408, json: {} }],
    ['503 with a web page', { ...HTML, status: 503 }],
  ])('%s is tried again, and never the fault of the options', async (_name, trouble) => {
    const { source, word } = await addSource({ type: 'nextUrl', next: 'next' });
    const list = people(word, 4);
    let times = 0;
    api.onRequest = ({ query }) => {
      const at = query.get('after');
      if (at !== null && times-- > 0) return trouble;
      return { json: { data: at ? list.slice(2) : list.slice(0, 2), next: at ? null : `${PATH}?after=x` } };
    };
    times = 2;
    expect((await engine.sync(source)).end).toBe('succeeded');
    times = 99;
    await expect(engine.sync(source)).rejects.toMatchObject({ code: 'source_unavailable', advice: { retry: true } });
    expect(await activeOf(source)).toHaveLength(4);
  });

  test.each<[name: string, paging: object, behind: FakeAnswer, end: string]>([
    ['204', {}, { status: 204, bytes: Buffer.alloc(0) }, 'succeeded'],
    ['404 behind a short page', { size: { parameter: 'limit', value: 4 } }, { status: 404, json: {} }, 'succeeded'],
    ['404 behind a full page', { size: { parameter: 'limit', value: 1 } }, { status: 404, json: {} }, 'source_config'],
    ['404 where no size is known', {}, { status: 404, json: {} }, 'source_config'],
    ['an empty page', {}, { json: { data: [] } }, 'succeeded'],
  ])('behind the last numbered page: %s', async (_name, paging, behind, end) => {
    const { source, word } = await addSource({ type: 'page', ...paging });
    api.onRequest = ({ query }) => (query.get('page') === '1' ? { json: { data: people(word, 1) } } : behind);
    const found = await engine.sync(source).then(
      (result) => result.end,
      (error: { code: string }) => error.code,
    );
    expect(found).toBe(end);
  });

  test('R7: a field that is nested too deep is left out and named; the person is there', async () => {
    const { source, word } = await addSource({ type: 'none' }, { users: { ...USERS, rest: true } });
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const [first] = people(word, 1);
    const items = [
      JSON.stringify(first),
      `{"id":"${word}-odd","login":"${word}-odd","tree":${deep}}`,
      `{"id":"${word}-two","login":${deep},"name":"Two"}`,
    ];
    api.onRequest = () => ({ bytes: Buffer.from(`{"data":[${items.join(',')}]}`) });
    const { end, taskId } = await engine.sync(source);
    expect([end, await problemsOf(database.db, taskId)]).toEqual([
      'partial',
      [`user/${word}-odd create: attributes.tree too_deep`, `user/${word}-two create: username too_deep`],
    ]);
    expect(await database.db.prisma.user.count({ where: { username: `${word}-odd` } })).toBe(1);
    expect(await activeOf(source)).toEqual([`${word}-0`, `${word}-odd`, `${word}-two`]);
  });
});

describe('a law: a company is the same in whatever legal spelling it is served', () => {
  const NAMES = ['Jürgen', 'Zoë', 'Müller', 'Ana', "O'Brien", 'Élodie'];
  const spelling = fc.record({
    paging: fc.constantFrom('none', 'page', 'offset', 'cursor', 'link', 'nextUrl'),
    size: fc.integer({ min: 1, max: 7 }),
    charset: fc.constantFrom('utf-8', 'bom', 'iso-8859-1', 'windows-1252', 'utf-16le', 'utf-16be', 'none', 'unknown'),
    escapes: fc.boolean(),
    numbers: fc.constantFrom('number', 'text', 'fraction', 'exponent'),
    compression: fc.constantFrom('identity', 'gzip', 'deflate', 'br'),
    reversed: fc.boolean(),
    indented: fc.boolean(),
    link: fc.constantFrom(
      (next: string) => `<${next}>; rel="next"`,
      (next: string) => `<${next}>;rel=next`,
      (next: string) => `</x,y;z>; title="a, \\"b\\"; rel=next"; REL="first" , <${next}>; foo; rel = "last NEXT"`,
    ),
    names: fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 15 }),
  });
  type Spelling = typeof spelling extends fc.Arbitrary<infer T> ? T : never;

  test('people and their departments', async () => {
    const { source } = await addSource({ type: 'none' });
    await fc.assert(
      fc.asyncProperty(spelling, async (how) => {
        api.onRequest = (request) => serve(how, request.query);
        const config = adapter.configSchema.parse({
          ...{ baseUrl: api.baseUrl, users: { ...USERS, total: 'total', departments: 'unit' } },
          paging: { type: how.paging, ...PATHS[how.paging] },
        });
        const signal = new AbortController().signal;
        const request = { taskId: 't', mode: 'full', since: null, resumeFrom: null } as const;
        const read: Record<string, unknown> = {};
        const complete: string[] = [];
        for await (const message of adapter.read(request, { sourceId: source.id, config, signal })) {
          if (message.type === 'complete') complete.push(message.kind);
          if (message.type !== 'records') continue;
          for (const { externalId, data } of message.records) read[String(externalId)] = data;
        }
        expect(complete).toEqual(['user']);
        expect(read).toEqual(
          Object.fromEntries(
            how.names.map((name, at) => [
              String(at + 1),
              { username: `u${at + 1}`, nickname: name, departments: [{ uid: `d${at % 3}`, isMain: false }] },
            ]),
          ),
        );
      }),
      { numRuns: 120 },
    );
  });

  const PATHS: Readonly<Record<string, object>> = {
    cursor: { next: 'next', more: 'more' },
    nextUrl: { next: 'next' },
  };

  function serve(how: Spelling, query: URLSearchParams): FakeAnswer {
    const size = how.paging === 'none' ? how.names.length : how.size;
    const from = beginOf(how, query, size);
    const to = from + size;
    const hasMore = to < how.names.length;
    const data = how.names.slice(from, to).map((name, at) => itemOf(how, name, from + at));
    const next = hasMore ? (how.paging === 'nextUrl' ? `${PATH}?after=${to}` : to) : null;
    const total = how.numbers === 'text' ? String(how.names.length) : how.names.length;
    const entries = Object.entries({ total, data, next, more: hasMore });
    const ordered = Object.fromEntries(how.reversed ? entries.reverse() : entries);
    const text = spelled(how, JSON.stringify(ordered, null, how.indented ? 2 : 0));
    const link = how.paging === 'link' && hasMore ? { link: how.link(`${PATH}?after=${to}`) } : {};
    return { bytes: compressed(how, encoded(how, text)), headers: { ...headersOf(how), ...link } };
  }

  function beginOf({ paging }: Spelling, query: URLSearchParams, size: number): number {
    if (paging === 'page') return (Number(query.get('page')) - 1) * size;
    return Number(query.get('offset') ?? query.get('cursor') ?? query.get('after'));
  }

  function headersOf({ charset, compression }: Spelling): Record<string, string> {
    const type = charset === 'bom' || charset === 'none' ? '' : `; charset="${charset}"`;
    return { 'content-type': `application/json${type}`, 'content-encoding': compression };
  }

  function itemOf(how: Spelling, name: string, at: number): object {
    const entries = Object.entries({
      id: how.numbers === 'text' ? String(at + 1) : at + 1,
      login: `u${at + 1}`,
      name,
      unit: `d${at % 3}`,
    });
    return Object.fromEntries(how.reversed ? entries.reverse() : entries);
  }

  function spelled(how: Spelling, text: string): string {
    const suffix = { fraction: '.0', exponent: 'e0' }[how.numbers as string] ?? '';
    const numbers = text.replaceAll(/("id":\s*)(\d+)/g, (_, key: string, id: string) => `${key}${id}${suffix}`);
    const escape = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return how.escapes ? numbers.replaceAll(/[^\x20-\x7e\r\n]/g, escape).replaceAll('/', '\\/') : numbers;
  }

  function encoded({ charset }: Spelling, text: string): Buffer {
    const isPlain = charset === 'none' || charset === 'unknown' || charset === 'bom';
    return iconv.encode(text, isPlain ? 'utf-8' : charset, { addBOM: charset === 'bom' });
  }

  function compressed({ compression }: Spelling, bytes: Buffer): Buffer {
    const pack = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync }[compression as string];
    return pack ? pack(bytes) : bytes;
  }
});

test.each(['NULL', '-', 'n/a', '[null]', 'zzz', 0])(
  'R2: %j of an API is no manager, no department and no id',
  async (value) => {
    const users = { ...USERS, fields: { ...USERS.fields, managerUid: 'boss' }, departments: 'unit' };
    const { source, word } = await addSource({ type: 'none' }, { users });
    const placeholders = { add: ['ZZZ', '0'], remove: [] };
    await database.db.prisma.source.update({ where: { id: source.id }, data: { placeholders } });
    const [one, other] = people(word, 2);
    api.onRequest = () => ({
      json: {
        data: [
          { ...one, boss: value, unit: value },
          { ...other, id: value },
        ],
      },
    });
    const { end, counts, taskId } = await engine.sync(source);
    expect([end, counts['user']?.waiting ?? 0]).toEqual(['partial', 0]);
    expect(await skippedOf(database.db, taskId)).toEqual(['user/?: missing_uid']);
    expect(await activeOf(source)).toEqual([`${word}-0`]);
  },
);
