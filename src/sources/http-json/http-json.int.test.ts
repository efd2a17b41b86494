import { afterEach, describe, expect, test } from '@jest/globals';
import type { SourceMessage } from '../../domain/source-message.js';
import { memoryRateGovernor } from '../../outbound/http-client/rate-governor.js';
import { createTokenCache } from '../../outbound/http-client/token-cache.js';
import { createFastClock } from '../../testing/fast-clock.js';
import { type FakeJsonApi, type FakeJsonApiOptions, startFakeJsonApi } from '../../testing/fakes/fake-json-api.js';
import { type AdapterFixture, describeAdapterContract } from '../source-adapter.contract.js';
import { httpJsonAdapter } from './http-json.adapter.js';

const running: FakeJsonApi[] = [];
afterEach(async () => {
  for (const api of running.splice(0)) await api.stop();
});

const clock = createFastClock();
const adapter = httpJsonAdapter({
  ...{ governor: memoryRateGovernor(clock), tokens: createTokenCache(clock), clock },
  allowHttp: true,
});

const people = (count: number) =>
  Array.from({ length: count }, (_, at) => ({
    id: at + 1,
    login: `p${at + 1}`,
    name: { full: `Person ${at + 1}` },
    unit: 'u1',
  }));
const units = [
  { id: 'u1', name: 'Head office', parentId: '0' },
  { id: 'u2', name: 'Labs', parentId: 'u1' },
];
const USERS = {
  ...{ path: '/v1/employees', items: 'data.items', id: 'id', departments: 'unit' },
  fields: { username: 'login', nickname: 'name.full' },
};
const UNITS = { path: '/v1/units', items: 'data.items', id: 'id' };
const PAGING = {
  none: { type: 'none' },
  page: { type: 'page', size: { parameter: 'limit', value: 20 } },
  offset: { type: 'offset', size: { parameter: 'limit', value: 20 } },
  cursor: { type: 'cursor', next: 'data.next', more: 'data.hasMore' },
  link: { type: 'link' },
  nextUrl: { type: 'nextUrl', next: 'data.next' },
} as const;

async function start(options: FakeJsonApiOptions = {}, count = 35): Promise<FakeJsonApi> {
  const api = await startFakeJsonApi(options);
  running.push(api);
  api.lists.set('/v1/employees', people(count));
  api.lists.set('/v1/units', units);
  return api;
}

const optionsFor = (api: FakeJsonApi, more: object = {}) => ({ baseUrl: api.baseUrl, users: USERS, ...more });

async function read(api: FakeJsonApi, more: object = {}) {
  const config = adapter.configSchema.parse(optionsFor(api, more));
  const context = { sourceId: 's', config, signal: new AbortController().signal };
  const request = { taskId: 't', mode: 'full', since: null, resumeFrom: null } as const;
  const messages: SourceMessage<unknown>[] = [];
  for await (const message of adapter.read(request, context)) messages.push(message);
  const records = messages.flatMap((message) => (message.type === 'records' ? message.records : []));
  const complete = messages.flatMap((message) => (message.type === 'complete' ? message.kind : []));
  const rejected = messages.flatMap((message) => (message.type === 'rejected' ? message.code : []));
  return { records, ids: records.map(({ externalId }) => externalId), complete, rejected };
}

const check = (api: FakeJsonApi, more: object = {}) =>
  adapter.check({
    ...{ sourceId: 's', signal: new AbortController().signal },
    config: adapter.configSchema.parse(optionsFor(api, more)),
  });

describeAdapterContract({ name: 'http-json', create: createFixture });

async function createFixture(): Promise<AdapterFixture> {
  const own: FakeJsonApi[] = [];
  const open = async (options: FakeJsonApiOptions = {}) => {
    const api = await startFakeJsonApi(options);
    own.push(api);
    api.lists.set('/v1/employees', people(35));
    api.lists.set('/v1/units', units);
    return api;
  };
  const auth = { type: 'bearer', token: 'a-token-that-must-stay-secret' };
  const scene = (api: FakeJsonApi, more: object = {}) => {
    const both = { departments: UNITS, auth, paging: PAGING.cursor, ...more };
    return { adapter, config: optionsFor(api, both) };
  };
  const whole = await open({ paging: 'cursor' });
  const ids = { user: people(35).map(({ id }) => String(id)), department: ['u1', 'u2'] };
  return {
    whole: () => Promise.resolve({ ...scene(whole), ids }),
    failing: async () => {
      const api = await open({ paging: 'cursor' });
      api.onRequest = ({ query, path }) => (path.endsWith('ees') && query.get('cursor') === '20' ? 'cut' : undefined);
      return { ...scene(api), kind: 'user' };
    },
    hanging: async () => {
      const api = await open();
      const asked = new Promise<void>((resolve) => {
        api.onRequest = () => (resolve(), 'hang');
      });
      return { ...scene(api, { paging: PAGING.none }), asked };
    },
    duplicates: async () => {
      const api = await open();
      api.lists.set('/v1/employees', [...people(2), ...people(1)]);
      return { ...scene(api, { paging: PAGING.none }), kind: 'user', id: '1', times: 2 };
    },
    bad: async () => {
      const refusing = await open();
      refusing.onRequest = () => ({ status: 401, json: {} });
      return [
        { name: 'a refused token', hint: /check the credential/, ...scene(refusing) },
        { name: 'no such list', hint: /no list at "rows"/, ...scene(whole, { users: { ...USERS, items: 'rows' } }) },
        { name: 'no such id', hint: /no id at "number"/, ...scene(whole, { users: { ...USERS, id: 'number' } }) },
        { name: 'no such path', hint: /answers 404/, ...scene(whole, { users: { ...USERS, path: '/v2' } }) },
      ];
    },
    secrets: ['auth.clientSecret', 'auth.key', 'auth.password', 'auth.token', 'auth.value'],
    close: async () => {
      for (const api of own) await api.stop();
    },
  };
}

describe('paging', () => {
  test.each(Object.keys(PAGING) as (keyof typeof PAGING)[])(
    'by %s everyone comes once, to the proved end',
    async (paging) => {
      const api = await start({ paging });
      const { ids, complete } = await read(api, { paging: PAGING[paging] });
      expect(ids).toEqual(people(35).map(({ id }) => id));
      expect(complete).toEqual(['user']);
    },
  );

  test.each(['page', 'offset'] as const)(
    'R30: by %s, a page with fewer items than asked for is not the last',
    async (paging) => {
      // The request is for 20 items; the server never returns more than 10.
      const api = await start({ paging, maxPage: 10 }, 20);
      expect((await read(api, { paging: PAGING[paging] })).ids).toHaveLength(20);
      // Two pages and the empty one, twice; once the page after it.
      expect(api.requests).toHaveLength(7);
    },
  );

  test('a total saves the call for the empty page', async () => {
    const api = await start({ paging: 'page' }, 20);
    const { complete } = await read(api, { paging: PAGING.page, users: { ...USERS, total: 'data.total' } });
    expect([complete, api.requests.length]).toEqual([['user'], 4]);
  });

  test('where there is no more, the cursor of the last page means nothing', async () => {
    const api = await start({ paging: 'cursor' }, 5);
    expect((await read(api, { paging: PAGING.cursor })).complete).toEqual(['user']);
    expect(api.requests).toHaveLength(1);
  });

  test('R30: "more" without a cursor, or no word about it, ends the read with an error', async () => {
    const api = await start();
    api.onRequest = () => ({ json: { data: { items: [], hasMore: true } } });
    await expect(read(api, { paging: PAGING.cursor })).rejects.toThrow(/no cursor at "data.next"/);
    api.onRequest = () => ({ json: { data: { items: [], next: 'x' } } });
    await expect(read(api, { paging: PAGING.cursor })).rejects.toThrow(/whether there are more items/);
  });

  test('R30: a server that ignores the page parameter always returns the first page; the read stops at the second', async () => {
    const api = await start({ paging: 'none' });
    await expect(read(api, { paging: PAGING.page })).rejects.toMatchObject({
      code: 'source_read',
      advice: { retry: false },
    });
    expect(api.requests).toHaveLength(2);
  });

  test('the next address must stay on the host that the credential is for', async () => {
    const api = await start();
    api.onRequest = () => ({ json: { data: { items: [], next: 'https://example.com/steal' } } });
    await expect(read(api, { paging: PAGING.nextUrl })).rejects.toThrow(/on another host/);
  });
});

describe('completeness', () => {
  test.each([
    [34, ['total_differs']],
    ['35', []],
  ])('R30: a total of %j with 35 items', async (total, rejected) => {
    const api = await start();
    api.onRequest = () => ({ json: { data: { items: people(35), total } } });
    const found = await read(api, { users: { ...USERS, total: 'data.total' } });
    expect(found).toMatchObject({ rejected, complete: rejected.length > 0 ? [] : ['user'] });
  });

  test.each([[{ data: {} }], [{ data: { items: null } }], [{ data: { items: {} } }], [[]]])(
    'R30: %j is no empty list',
    async (json) => {
      const api = await start();
      api.onRequest = () => ({ json });
      await expect(read(api)).rejects.toThrow(/no list at "data.items"/);
    },
  );

  test('a list may be left out where the total is 0', async () => {
    const api = await start();
    api.onRequest = () => ({ json: { data: { total: 0 } } });
    expect(await read(api, { users: { ...USERS, total: 'data.total' } })).toMatchObject({
      ids: [],
      complete: ['user'],
    });
  });

  test('the success rule decides, not status 200; the message is shown', async () => {
    const api = await start();
    const success = { path: 'code', equals: 0, message: 'msg' };
    expect((await read(api, { success })).complete).toEqual(['user']);
    api.onRequest = () => ({ json: { code: 1001, msg: 'no such tenant', data: { items: [] } } });
    await expect(read(api, { success })).rejects.toThrow(/code = 1001 no such tenant/);
  });
});

describe('caps', () => {
  test('pages, bytes and rate', async () => {
    const api = await start({ paging: 'page', maxPage: 1 });
    await expect(read(api, { paging: PAGING.page, limits: { pages: 5 } })).rejects.toThrow(/more than 5 pages/);
    const big = await start({ paging: 'cursor', maxPage: 1 });
    big.lists.set(
      '/v1/employees',
      people(5).map((one) => ({ ...one, text: 'x'.repeat(300_000) })),
    );
    await expect(read(big, { paging: PAGING.cursor, limits: { megabytes: 1 } })).rejects.toThrow(/more than 1 MB/);
    const slow = await start({ paging: 'cursor', maxPage: 1 }, 30);
    const begin = clock.now();
    await read(slow, { paging: PAGING.cursor, limits: { perMinute: 10 } });
    expect(clock.now() - begin).toBeGreaterThan(3 * 60_000);
  });

  test('429 is waited for as the server says', async () => {
    const api = await start();
    api.onRequest = (_, count) =>
      count === 1 ? { status: 429, headers: { 'retry-after': '11' }, json: {} } : undefined;
    const begin = clock.now();
    expect((await read(api)).ids).toHaveLength(35);
    expect(clock.now() - begin).toBeGreaterThanOrEqual(11_000);
  });
});

describe('authentication', () => {
  test.each([
    [{ type: 'none' }, {}],
    [
      { type: 'basic', username: 'reader', password: 'pass word' },
      { authorization: `Basic ${Buffer.from('reader:pass word').toString('base64')}` },
    ],
    [{ type: 'bearer', token: 'the-token' }, { authorization: 'Bearer the-token' }],
    [{ type: 'apiKey', header: 'X-HR-Key', key: 'the-key' }, { 'x-hr-key': 'the-key' }],
  ])('%j is sent with every page', async (auth, headers) => {
    const api = await start({ paging: 'nextUrl' });
    await read(api, { paging: PAGING.nextUrl, auth, headers: { 'accept-language': 'zh' } });
    expect(api.requests).toHaveLength(4);
    for (const request of api.requests) expect(request.headers).toMatchObject({ 'accept-language': 'zh', ...headers });
  });

  test.each(['basic', 'body'] as const)(
    'OAuth 2 (%s): one token for all pages, a new one when it is refused',
    async (sendAs) => {
      const api = await start({ paging: 'cursor' });
      let issued = 0;
      api.onRequest = ({ path, headers }, count) => {
        if (path === '/oauth/token')
          return { json: { access_token: `issued-${++issued}`, token_type: 'bearer', expires_in: 3600 } };
        if (count === 4) return { status: 401, json: {} };
        return headers.authorization === `Bearer issued-${issued}` ? undefined : { status: 403, json: {} };
      };
      const client = { clientId: 'rollcall', clientSecret: `s3cret/${sendAs}`, scope: 'people.read', sendAs };
      const auth = { type: 'oauth2', tokenUrl: `${api.baseUrl}/oauth/token`, ...client };
      expect((await read(api, { paging: PAGING.cursor, auth })).ids).toHaveLength(35);
      const asked = api.requests.filter(({ path }) => path === '/oauth/token');
      expect(asked).toHaveLength(2);
      const form = new URLSearchParams(asked[0]!.body);
      expect(Object.fromEntries(form)).toMatchObject({ grant_type: 'client_credentials', scope: 'people.read' });
      const secret =
        sendAs === 'body'
          ? form.get('client_secret')
          : Buffer.from(asked[0]!.headers.authorization!.slice(6), 'base64').toString();
      expect(secret).toBe(sendAs === 'body' ? 's3cret/body' : 'rollcall:s3cret%2Fbasic');
    },
  );

  test('a client that the issuer refuses is an admin’s matter', async () => {
    const api = await start();
    api.onRequest = () => ({ status: 401, json: { error: 'invalid_client' } });
    const auth = { type: 'oauth2', tokenUrl: `${api.baseUrl}/oauth/token`, clientId: 'x', clientSecret: 'never-shown' };
    expect(await check(api, { auth })).toMatchObject({
      ok: false,
      code: 'source_auth',
      hint: expect.stringMatching(/invalid_client/),
    });
  });

  test('secrets are refused where they would be stored in clear', () => {
    const bad = [
      { headers: { Authorization: 'Bearer x' } },
      { headers: { 'X-Api-Key': 'x' } },
      { users: { ...USERS, query: { api_key: 'x' } } },
    ];
    for (const more of bad)
      expect(adapter.configSchema.safeParse({ baseUrl: 'https://a.example', users: USERS, ...more }).success).toBe(
        false,
      );
  });
});

describe('mapping', () => {
  test('paths are names: nested, in lists, with dots; nothing is evaluated', async () => {
    const api = await start();
    api.lists.set('/v1/employees', [{ id: 1, 'a.b': 'dotted', list: [{ v: 'first' }], constructor: { name: 'own' } }]);
    const fields = { username: 'a\\.b', nickname: 'list.0.v', title: '__proto__.x', email: 'toString' };
    const { records } = await read(api, { users: { ...USERS, fields, departments: undefined } });
    expect(records).toEqual([{ externalId: 1, data: { username: 'dotted', nickname: 'first' } }]);
  });

  test.each([
    ['one id', 7, undefined, [{ uid: 7, isMain: false }]],
    [
      'a list of ids',
      ['a', 'b'],
      'b',
      [
        { uid: 'a', isMain: false },
        { uid: 'b', isMain: true },
      ],
    ],
    [
      'a list of objects',
      [{ code: 'a' }, { code: 'b' }],
      'a',
      [
        { uid: 'a', isMain: true },
        { uid: 'b', isMain: false },
      ],
    ],
    ['nothing', null, undefined, null],
    ['an empty text', '', undefined, []],
  ])('departments: %s', async (_, unit, main, expected) => {
    const api = await start();
    api.lists.set('/v1/employees', [{ id: 1, unit, main }]);
    const { records } = await read(api, { users: { ...USERS, departmentId: 'code', mainDepartment: 'main' } });
    expect(records[0]!.data).toEqual({ departments: expected });
  });

  test('R4: values in neither list stay as they are, so that the record is refused and no user is deactivated', async () => {
    const api = await start();
    api.lists.set(
      '/v1/employees',
      ['employed', 'left', 'sabbatical', 1].map((state, id) => ({ id, state })),
    );
    const users = {
      ...USERS,
      fields: { active: 'state' },
      departments: undefined,
      activeValues: ['employed', '1'],
      inactiveValues: ['left'],
    };
    const { records } = await read(api, { users });
    expect(records.map(({ data }) => (data as { active: unknown }).active)).toEqual([true, false, 'sabbatical', true]);
  });

  test('departments of a second list: root values mean no parent, the rest is kept on demand', async () => {
    const api = await start();
    api.lists.set('/v1/units', [
      { id: 1, name: 'Root', parentId: 0, cost: 'K1' },
      { id: '9007199254740993', name: 'Leaf', parentId: 1 },
    ]);
    const { records, complete } = await read(api, { users: undefined, departments: { ...UNITS, rest: true } });
    expect(records).toEqual([
      { externalId: 1, data: { title: 'Root', parentUid: null, attributes: { id: 1, cost: 'K1' } } },
      { externalId: '9007199254740993', data: { title: 'Leaf', parentUid: 1, attributes: { id: '9007199254740993' } } },
    ]);
    expect(complete).toEqual(['department']);
  });

  test('R7: an item that is no object is said, and makes absence unprovable', async () => {
    const api = await start();
    api.lists.set('/v1/employees', [{ id: 1 }, 'text', null]);
    expect(await read(api)).toMatchObject({ ids: [1], rejected: ['invalid_record', 'invalid_record'] });
  });

  test('check names the paths that lead nowhere', async () => {
    const api = await start();
    const users = { ...USERS, fields: { username: 'login', email: 'mail.work' } };
    expect(await check(api, { users })).toMatchObject({
      ok: true,
      hint: expect.stringMatching(/35 users.*These paths do not exist: "mail\.work"/),
    });
  });
});
