import { randomUUID } from 'node:crypto';
import type { ApiAnswer, ApiClient } from '../testing/api-client.js';
import { type ApiHarness, startApi } from '../testing/api-harness.js';
import { apiRoutes } from './api-routes.js';
import { createAuthenticator } from './auth/authenticator.js';
import type { RouteRole } from './auth/permit.js';
import type { Route } from './define-route.js';
import { mountRoutes } from './mount-routes.js';
import { problemSchema } from './problem.js';

/** Every route and who may call it: a route that is missing here, or says otherwise, fails the test. */
const WANTED: Readonly<Record<string, RouteRole>> = {
  'GET /api/v1/source-types': 'viewer',
  'GET /api/v1/sources': 'viewer',
  'POST /api/v1/sources': 'admin',
  'GET /api/v1/sources/{name}': 'viewer',
  'PATCH /api/v1/sources/{name}': 'admin',
  'DELETE /api/v1/sources/{name}': 'admin',
  'POST /api/v1/sources/{name}/check': 'operator',
  'POST /api/v1/sources/{name}/sync': 'operator',
  'GET /api/v1/sources/{name}/tasks': 'viewer',
  'GET /api/v1/tasks': 'viewer',
  'GET /api/v1/tasks/{id}': 'viewer',
  'GET /api/v1/tasks/{id}/changes': 'viewer',
  'GET /api/v1/tasks/{id}/events': 'viewer',
  'POST /api/v1/tasks/{id}/retry': 'operator',
  'POST /api/v1/tasks/{id}/cancel': 'operator',
  'POST /api/v1/tasks/{id}/approve': 'admin',
  'POST /api/v1/tasks/{id}/reject': 'admin',
  'POST /api/v1/sources/{name}/records': 'push',
  'GET /api/v1/pushes/{id}': 'push',
  'GET /api/v1/users': 'viewer',
  'GET /api/v1/users/{id}': 'viewer',
  'PATCH /api/v1/users/{id}': 'admin',
  'GET /api/v1/departments': 'viewer',
  'GET /api/v1/departments/tree': 'viewer',
  'GET /api/v1/departments/{id}': 'viewer',
  'GET /api/v1/departments/{id}/members': 'viewer',
  'GET /api/v1/keys': 'admin',
  'POST /api/v1/keys': 'admin',
  'DELETE /api/v1/keys/{id}': 'admin',
  'GET /api/v1/audit': 'admin',
  'GET /api/v1/workers': 'viewer',
  'GET /api/v1/healthz': 'open',
  'GET /api/v1/readyz': 'open',
  'GET /api/v1/metrics': 'viewer',
  'GET /healthz': 'open',
  'GET /readyz': 'open',
  'GET /metrics': 'viewer',
  'POST /api/userData:push': 'push',
  'GET /api/userData:listSyncTypes': 'viewer',
  'POST /api/userData:pull': 'operator',
  'POST /api/userData:retry': 'operator',
};

/** Whom a route of a role lets in. */
const LETS_IN: Readonly<Record<RouteRole, readonly string[]>> = {
  open: ['nobody', 'pushOnly', 'viewer', 'operator', 'admin'],
  viewer: ['viewer', 'operator', 'admin'],
  operator: ['operator', 'admin'],
  admin: ['admin'],
  push: ['pushOnly', 'operator', 'admin'],
};

const nameOf = (one: { name: string }) => one.name;
const idOf = (one: { id: string }) => one.id;

let api: ApiHarness;
let clients: Record<string, ApiClient>;

beforeAll(async () => {
  api = await startApi();
  clients = {
    nobody: api.nobody(),
    pushOnly: await api.as('operator', { pushOnly: true }),
    viewer: await api.as('viewer'),
    operator: await api.as('operator'),
    admin: await api.as('admin'),
  };
});
afterAll(() => api.stop());

function mounted(): { name: string; route: Route; method: string; path: string }[] {
  const { v1, system, userData } = apiRoutes(api.deps, createAuthenticator(api.deps));
  return [v1, system, userData].flatMap(({ prefix, routes }) =>
    routes.map((route) => {
      const method = route.method.toUpperCase();
      return { name: `${method} ${prefix}${route.path}`, route, method, path: prefix + route.path };
    }),
  );
}

/** An address of the route that exists in form; `{name}` names nothing, so that nothing is deleted. */
const addressOf = (path: string) => path.replace('{name}', 'no-such-source').replace('{id}', randomUUID());

test('every route is in the table of roles, and the table has no other', () => {
  const roles = Object.fromEntries(mounted().map(({ name, route }) => [name, route.role]));
  expect(roles).toEqual(WANTED);
});

test('a route without a role cannot be mounted', () => {
  const route = { ...mounted()[0]!.route, role: undefined as never };
  const options = { authenticator: createAuthenticator(api.deps), prefix: '', rateLimits: { perKey: 1, wrongKeys: 1 } };
  expect(() => mountRoutes([route], options)).toThrow('has no role');
});

test.each(Object.keys(WANTED))('%s lets in its role and above, and nobody else', async (name) => {
  const { method, path, route } = mounted().find((one) => one.name === name)!;
  for (const [who, client] of Object.entries(clients)) {
    const { status } = await client.send(method, addressOf(path));
    const letIn = LETS_IN[route.role].includes(who);
    const wanted = letIn ? 'in' : who === 'nobody' ? 401 : 403;
    expect([who, status === 401 || status === 403 ? status : 'in']).toEqual([who, wanted]);
  }
});

describe('a key narrowed to one source', () => {
  test('touches that source, sees no other, and nothing that is about all', async () => {
    const admin = clients['admin']!;
    await admin.post('/sources', { name: 'mine', type: 'push' });
    await admin.post('/sources', { name: 'other', type: 'push' });
    const mine = await api.database.db.prisma.source.findUniqueOrThrow({ where: { name: 'mine' } });
    const narrowed = await api.as('admin', { sourceId: mine.id });
    const task = (await admin.post('/sources/other/sync')).body as { id: string };
    const own = (await narrowed.post('/sources/mine/sync')).body as { id: string };

    expect((await narrowed.get('/sources/mine')).status).toBe(200);
    expect((await narrowed.all('/sources')).map(nameOf)).toEqual(['mine']);
    expect((await narrowed.all('/tasks')).map(idOf)).toEqual([own.id]);
    expect((await narrowed.get(`/tasks/${task.id}`)).status).toBe(404);
    expect((await narrowed.post(`/tasks/${task.id}/cancel`)).status).toBe(404);
    expect((await narrowed.get(`/tasks/${task.id}/events`)).status).toBe(404);
    for (const path of ['/sources/other', '/sources/unknown', '/sources/other/tasks', '/tasks?source=other'])
      expect([path, (await narrowed.get(path)).status]).toEqual([path, 403]);
    for (const path of ['/users', '/departments', '/departments/tree', '/keys', '/audit', '/metrics'])
      expect([path, (await narrowed.get(path)).status]).toEqual([path, 403]);
    expect((await narrowed.post('/sources', { name: 'third', type: 'push' })).status).toBe(403);
    const records = { kind: 'user', records: [{ uid: '1' }] };
    expect((await narrowed.post('/sources/other/records', records)).status).toBe(403);
    const compatible = { dataType: 'user', records: [{ uid: '1' }], sourceName: 'other' };
    expect((await narrowed.post('/api/userData:push', compatible)).status).toBe(403);
  });
});

describe('keys', () => {
  test('missing, malformed, mistyped and unknown ones get the very same answer', async () => {
    const good = await api.newKey('viewer');
    const wrong = [
      undefined,
      'Bearer',
      'Bearer nonsense',
      `Basic ${Buffer.from(`x:${good}`).toString('base64')}`,
      `Bearer ${good.slice(0, -1)}${good.endsWith('A') ? 'B' : 'A'}`,
      `Bearer ${good} `,
      `Bearer ${good}x`,
    ];
    const answers: ApiAnswer[] = [];
    for (const authorization of wrong) {
      const headers = authorization === undefined ? {} : { authorization };
      answers.push(await api.nobody().send('GET', '/sources', { headers }));
    }
    // A trailing blank is no part of a header's value (RFC 9110, 5.5).
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 200, 401]);
    const refused = answers.filter(({ status }) => status === 401);
    for (const { body, headers } of refused) {
      expect(body).toEqual(refused[0]!.body);
      expect(headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
    expect(problemSchema.parse(refused[0]!.body).code).toBe('unauthenticated');
  });

  test('the right id with another secret is not let in', async () => {
    const [one, two] = [await api.newKey('admin'), await api.newKey('admin')];
    const mixed = one.slice(0, 37) + two.slice(37);
    expect((await api.nobody().send('GET', '/keys', { headers: { authorization: `Bearer ${mixed}` } })).status).toBe(
      401,
    );
  });

  test('expired and revoked ones are not let in, a revoked one within a second', async () => {
    const admin = clients['admin']!;
    const made = (await admin.post('/keys', { name: 'short', role: 'viewer' })).body as { id: string; key: string };
    const headers = { authorization: `Bearer ${made.key}` };
    expect((await api.nobody().send('GET', '/sources', { headers })).status).toBe(200);
    expect((await admin.delete(`/keys/${made.id}`)).status).toBe(204);
    const deadline = Date.now() + 1_500;
    let status = 200;
    while (status === 200 && Date.now() < deadline)
      status = (await api.nobody().send('GET', '/sources', { headers })).status;
    expect(status).toBe(401);
    const expiring = await api.newKey('viewer');
    await api.database.db.prisma.apiKey.updateMany({
      where: { name: 'viewer', lastUsedAt: null },
      data: { expiresAt: new Date(Date.now() - 1) },
    });
    const expired = { authorization: `Bearer ${expiring}` };
    expect((await api.nobody().send('GET', '/sources', { headers: expired })).status).toBe(401);
  });

  test('the last use is written, not with every request', async () => {
    const key = await api.newKey('viewer');
    const send = () => api.nobody().send('GET', '/sources', { headers: { authorization: `Bearer ${key}` } });
    await send();
    const read = () => api.database.db.prisma.apiKey.findFirstOrThrow({ orderBy: { id: 'desc' } });
    let first = await read();
    while (first.lastUsedAt === null) first = await read();
    await send();
    await send();
    expect((await read()).lastUsedAt).toEqual(first.lastUsedAt);
  });
});

test('a key that asks too much is told to wait, others are not', async () => {
  const strict = await startApi({ settings: { ...api.deps.settings, rateLimits: { perKey: 3, wrongKeys: 2 } } });
  try {
    const [eager, calm] = [await strict.as('viewer'), await strict.as('viewer')];
    for (let at = 0; at < 3; at += 1) expect((await eager.get('/sources')).status).toBe(200);
    const refused = await eager.get('/sources');
    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await calm.get('/sources')).status).toBe(200);
    const statuses = [];
    for (let at = 0; at < 3; at += 1) statuses.push((await strict.nobody().get('/sources')).status);
    expect(statuses).toEqual([401, 401, 429]);
  } finally {
    await strict.stop();
  }
});
