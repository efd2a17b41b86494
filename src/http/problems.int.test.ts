import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { openDb } from '../platform/db.js';
import type { ApiClient } from '../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../testing/worlds/api-harness.js';
import { problemSchema } from './core/problem.js';

let api: ApiHarness;
let admin: ApiClient;
let key: string;

beforeAll(async () => {
  api = await startApi();
  key = await api.newKey('admin');
  admin = await api.as('admin');
});
afterAll(() => api.stop());

/** Sends bytes as they are. */
const raw = (
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = { 'content-type': 'application/json' },
) =>
  fetch(`${api.baseUrl}/api/v1${path}`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${key}`, ...headers },
  });

test.each([
  ['nothing at that path', 404, 'not_found', () => admin.get('/nothing-here')],
  ['a path in another case', 404, 'not_found', () => admin.get('/Sources')],
  ['a broken escape in a path', 400, 'invalid_request', () => admin.get('/sources/%ff')],
  ['a method that the path does not take', 405, 'method_not_allowed', () => admin.send('PUT', '/sources')],
  ['an id that is none', 404, 'task_not_found', () => admin.get('/tasks/17')],
  ['a name that is none', 404, 'source_not_found', () => admin.get('/sources/%00')],
  ['an unknown filter', 400, 'invalid_request', () => admin.get('/tasks?stauts=failed')],
  ['a filter twice', 400, 'invalid_request', () => admin.get('/tasks?status=failed&status=held')],
  ['a limit of 0', 400, 'invalid_request', () => admin.get('/tasks?limit=0')],
  ['a limit of 201', 400, 'invalid_request', () => admin.get('/tasks?limit=201')],
  ['a limit in words', 400, 'invalid_request', () => admin.get('/tasks?limit=many')],
  ['a cursor that is none', 400, 'invalid_request', () => admin.get('/users?cursor=bm9uZQ')],
  ['a cursor of another list', 400, 'invalid_request', () => admin.get('/users?cursor=WyJuYW1lIl0')],
  ['U+0000 in a filter', 400, 'invalid_text', () => admin.get('/users?search=%00')],
  ['no body where one is wanted', 400, 'invalid_json', () => admin.post('/keys')],
  ['an unknown field', 422, 'invalid_request', () => admin.post('/keys', { name: 'x', role: 'viewer', admin: true })],
  ['a list for a body', 422, 'invalid_request', () => admin.post('/keys', [])],
  ['U+0000 in a body', 422, 'invalid_text', () => admin.post('/keys', { name: 'x\u0000', role: 'viewer' })],
  ['half a surrogate pair', 422, 'invalid_text', () => admin.post('/keys', '{"name":"\\ud800","role":"viewer"}')],
])('%s is a problem: %d %s', async (_what, status, code, ask) => {
  const answer = await ask();
  expect([answer.status, answer.body.code]).toEqual([status, code]);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(problemSchema.parse(answer.body).status).toBe(status);
  expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
});

test.each([
  ['half a document', '{"name":', {}, 400, 'invalid_json'],
  ['broken UTF-8', new Uint8Array([0x22, 0xff, 0x22]), {}, 400, 'invalid_json'],
  ['another type', 'name=x', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported_media_type'],
  ['another charset', '{}', { 'content-type': 'application/json; charset=latin1' }, 415, 'unsupported_media_type'],
  ['an unknown encoding', '{}', { 'content-encoding': 'zip' }, 415, 'unsupported_media_type'],
  ['too much', `"${'x'.repeat(1_100_000)}"`, {}, 413, 'payload_too_large'],
  [
    'too much in little',
    gzipSync(`"${'x'.repeat(1_100_000)}"`),
    { 'content-encoding': 'gzip' },
    413,
    'payload_too_large',
  ],
  ['endless nesting', '['.repeat(100_000) + ']'.repeat(100_000), {}, 422, 'too_deep'],
  ['a key that all objects share', '{"name":"x","__proto__":{"role":"admin"}}', {}, 422, 'forbidden_key'],
])('a body with %s is refused', async (_what, body, headers, status, code) => {
  const answer = await raw('/keys', body, { 'content-type': 'application/json', ...headers });
  expect([answer.status, problemSchema.parse(await answer.json()).code]).toEqual([status, code]);
});

test('what is wrong in a body is named by its path, without the value', async () => {
  const body = { name: '', role: 'emperor', expiresAt: 'p4ssw0rd' };
  const answer = await admin.post('/keys', body);
  expect((answer.body.errors as { path: string }[]).map((one) => one.path)).toEqual(['name', 'role', 'expiresAt']);
  expect(JSON.stringify(answer.body)).not.toMatch(/p4ssw0rd|emperor/);
});

test('an error of ours tells the caller nothing but is in the log, with the id that the caller got', async () => {
  const broken = {
    ...api.deps.sources,
    list: () => {
      throw new Error('secret insides');
    },
  } as never;
  const other = await startApi({ sources: broken });
  try {
    const answer = await (await other.as('viewer')).get('/source-types');
    expect([answer.status, answer.body.code]).toEqual([500, 'internal_error']);
    expect(JSON.stringify(answer.body)).not.toContain('insides');
    const line = other.logged.find(({ message }) => message === 'request failed')!;
    expect(line).toMatchObject({
      level: 'error',
      requestId: answer.headers.get('x-request-id'),
      route: '/api/v1/source-types',
    });
    expect(line['cause']).toContain('secret insides');
  } finally {
    await other.stop();
  }
});

test('a database that is away is a 503 that says so, and readiness names it', async () => {
  const db = openDb({ url: 'postgresql://rollcall@127.0.0.1:1/none' });
  const other = await startApi({ db });
  try {
    const client = await other.as('viewer');
    const answer = await client.get('/users');
    expect([answer.status, answer.body.code]).toEqual([503, 'database_unavailable']);
    const compatible = await client.get('/api/userData:listSyncTypes');
    expect([compatible.status, compatible.body.data.code]).toEqual([503, 503]);
    const ready = await other.anonymous().get('/readyz');
    expect([ready.status, ready.body.down]).toEqual([503, ['database']]);
    expect((await other.anonymous().get('/healthz')).status).toBe(200);
  } finally {
    await other.stop();
    await db.close();
  }
});

test('a queue that is away degrades readiness and names itself: requests are kept meanwhile', async () => {
  const down = () => Promise.reject(new Error('away'));
  const other = await startApi({ queue: { board: [], ping: down, countJobs: down } });
  try {
    const ready = await other.anonymous().get('/readyz');
    expect([ready.status, ready.body.status, ready.body.down]).toEqual([200, 'degraded', ['queue', 'workers']]);
    expect((await (await other.as('viewer')).get('/metrics')).status).toBe(200);
  } finally {
    await other.stop();
  }
});

test('the log of requests has patterns and ids, no addresses and no values', async () => {
  const before = api.logged.length;
  await admin.get('/users?search=Ada%20Lovelace');
  await admin.get('/sources/secret-project');
  let lines: Record<string, unknown>[] = [];
  while (lines.length < 2) {
    await new Promise(setImmediate);
    lines = api.logged.slice(before).filter(({ message }) => message === 'request');
  }
  expect(lines.map(({ route, status }) => [route, status])).toEqual([
    ['/api/v1/users', 200],
    ['/api/v1/sources/{name}', 404],
  ]);
  expect(JSON.stringify(lines)).not.toMatch(/Ada|Lovelace|secret-project/);
});

test('ASVS 16.3.3: what was refused has a line of its own, with the code and who it was, without a value', async () => {
  const before = api.logged.length;
  await admin.post('/sources', { name: 'Secret Name!', type: 'push', secretField: 'x' });
  await admin.get('/users?secretField=1');
  await admin.post('/sources', '{"__proto__":{}}');
  await (await api.as('viewer')).post('/sources', {});
  await api.anonymous().send('GET', '/users', { headers: { authorization: 'Bearer rck_wrong' } });
  // No attacks: a browser reads its session, a name is mistyped, a method does not exist.
  await api.anonymous().get('/session');
  await admin.get('/sources/no-such-source');
  await admin.send('PATCH', '/users');
  const lines = api.logged.slice(before).filter(({ message }) => message === 'request refused');
  expect(lines.map(({ level, status, code }) => [level, status, code])).toEqual([
    ['warn', 422, 'invalid_request'],
    ['warn', 400, 'invalid_request'],
    ['warn', 422, 'forbidden_key'],
    ['warn', 403, 'forbidden'],
    ['warn', 401, 'unauthenticated'],
  ]);
  for (const line of lines.slice(0, 4)) expect(line['keyId']).toMatch(/^[0-9a-f-]{36}$/);
  expect(JSON.stringify(lines)).not.toMatch(/Secret|secretField|rck_/);
});

test.each(['/api/v1/sources', '/nothing', '/'])('TRACE of %s echoes nothing', async (path) => {
  const [status, body] = await new Promise<[number | undefined, string]>((resolve, reject) => {
    request(`${api.baseUrl}${path}`, { method: 'TRACE', headers: { cookie: 'secret=1' } }, (answer) => {
      let text = '';
      answer.on('data', (part: Buffer) => (text += part.toString()));
      answer.on('end', () => resolve([answer.statusCode, text]));
    })
      .on('error', reject)
      .end();
  });
  expect([404, 405]).toContain(status);
  expect(body).not.toContain('secret');
});

test('no answer says what serves it, and every answer forbids what it does not need', async () => {
  for (const path of ['/sources', '/healthz', '/admin/queues', '/nothing']) {
    const { headers } = await admin.get(path);
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  }
  expect((await admin.get('/sources')).headers.get('cache-control')).toBe('no-store');
});
