import { randomUUID } from 'node:crypto';
import type { ApiAnswer, ApiClient } from '../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../testing/worlds/api-harness.js';
import { createBrowserClient, signInAs } from '../../testing/servers/browser-client.js';
import { walkRouter } from '../../testing/worlds/walk-router.js';
import { apiRoutes } from '../api/api-routes.js';
import { createApp } from '../app.js';
import { createAuthenticator } from '../../access/authenticator.js';
import { AnswerSlots, DEFAULT_SLOT_LIMITS } from '../core/answer-slots.js';
import { BodyBudget, DEFAULT_BODY_LIMITS } from '../core/body-budget.js';
import type { Duty } from '../../access/sessions/duty.js';
import { mountRoutes } from '../core/mount-routes.js';
import { problemSchema } from '../core/problem.js';

/** Whom a route lets in; `session`: people only; `board`: signed-in admins, and keys count for nothing. */
type Wanted = 'open' | 'known' | 'viewer' | 'operator' | 'admin' | 'push' | 'session' | 'board';

/**
 * What a key for another source may: `never`: the route is about all sources; `own`: it names a thing of a source, and
 * not of this one; `list`: it shows what is the source's own, and nothing else.
 */
type Narrowed = 'never' | 'own' | 'list';

/** Every route and who may call it: a route that is missing here, or answers otherwise, fails the test. */
const WANTED: Readonly<Record<string, readonly [Wanted, Narrowed]>> = {
  'GET /api/v1/source-types': ['viewer', 'list'],
  'POST /api/v1/source-types/{type}/check': ['admin', 'never'],
  'GET /api/v1/source-overviews': ['viewer', 'list'],
  'GET /api/v1/link-counts': ['viewer', 'list'],
  'GET /api/v1/sources': ['viewer', 'list'],
  'POST /api/v1/sources': ['admin', 'never'],
  'GET /api/v1/sources/{name}': ['viewer', 'own'],
  'PATCH /api/v1/sources/{name}': ['admin', 'own'],
  'DELETE /api/v1/sources/{name}': ['admin', 'own'],
  'POST /api/v1/sources/{name}/check': ['operator', 'own'],
  'POST /api/v1/sources/{name}/sync': ['operator', 'own'],
  'GET /api/v1/sources/{name}/tasks': ['viewer', 'own'],
  'GET /api/v1/tasks': ['viewer', 'list'],
  'GET /api/v1/tasks/{id}': ['viewer', 'own'],
  'GET /api/v1/tasks/{id}/changes': ['viewer', 'own'],
  'GET /api/v1/tasks/{id}/changes/summary': ['viewer', 'own'],
  'GET /api/v1/tasks/{id}/changes.csv': ['viewer', 'own'],
  'GET /api/v1/tasks/{id}/record': ['viewer', 'own'],
  'GET /api/v1/tasks/{id}/events': ['viewer', 'own'],
  'GET /api/v1/task-events': ['viewer', 'list'],
  'POST /api/v1/tasks/{id}/retry': ['operator', 'own'],
  'POST /api/v1/tasks/{id}/cancel': ['operator', 'own'],
  'POST /api/v1/tasks/{id}/approve': ['admin', 'own'],
  'POST /api/v1/tasks/{id}/reject': ['admin', 'own'],
  'POST /api/v1/tasks/{id}/undo': ['admin', 'own'],
  'POST /api/v1/sources/{name}/records': ['push', 'own'],
  'GET /api/v1/pushes/{id}': ['push', 'own'],
  'GET /api/v1/users': ['viewer', 'never'],
  'GET /api/v1/users/{id}': ['viewer', 'never'],
  'PATCH /api/v1/users/{id}': ['admin', 'never'],
  'GET /api/v1/users/{id}/export': ['admin', 'never'],
  'POST /api/v1/users/{id}/erase': ['admin', 'never'],
  'DELETE /api/v1/users/{id}/erase': ['admin', 'never'],
  'GET /api/v1/departments': ['viewer', 'never'],
  'GET /api/v1/departments/tree': ['viewer', 'never'],
  'GET /api/v1/departments/children': ['viewer', 'never'],
  'GET /api/v1/departments/{id}': ['viewer', 'never'],
  'PATCH /api/v1/departments/{id}': ['admin', 'never'],
  'GET /api/v1/departments/{id}/members': ['viewer', 'never'],
  'GET /api/v1/keys': ['admin', 'never'],
  'POST /api/v1/keys': ['admin', 'never'],
  'DELETE /api/v1/keys/{id}': ['admin', 'never'],
  'GET /api/v1/audit': ['admin', 'never'],
  'GET /api/v1/workers': ['viewer', 'never'],
  'GET /api/v1/dashboard': ['viewer', 'never'],
  'POST /api/v1/session': ['open', 'list'],
  'GET /api/v1/session': ['known', 'list'],
  'DELETE /api/v1/session': ['session', 'never'],
  // A key gets as far as the question whose password it is: there is none (own-password.int.test.ts).
  'POST /api/v1/session/password': ['known', 'list'],
  'GET /api/v1/session/second-factor': ['session', 'never'],
  'POST /api/v1/session/second-factor': ['known', 'list'],
  'POST /api/v1/session/second-factor/offer': ['session', 'never'],
  'POST /api/v1/session/second-factor/enrol': ['known', 'list'],
  'POST /api/v1/session/second-factor/recovery-codes': ['known', 'list'],
  'POST /api/v1/session/second-factor/end': ['known', 'list'],
  'GET /api/v1/sessions': ['session', 'never'],
  'POST /api/v1/sessions/end-others': ['session', 'never'],
  'POST /api/v1/sessions/{id}/end': ['session', 'never'],
  'GET /api/v1/session/options': ['open', 'list'],
  'GET /api/v1/session/oidc': ['open', 'list'],
  'GET /api/v1/session/oidc/callback': ['open', 'list'],
  'GET /api/v1/healthz': ['open', 'list'],
  'GET /api/v1/readyz': ['open', 'list'],
  'GET /api/v1/metrics': ['viewer', 'never'],
  'GET /healthz': ['open', 'list'],
  'GET /readyz': ['open', 'list'],
  'GET /metrics': ['viewer', 'never'],
  'POST /api/userData:push': ['push', 'list'],
  'GET /api/userData:listSyncTypes': ['viewer', 'list'],
  'POST /api/userData:pull': ['operator', 'list'],
  'POST /api/userData:retry': ['operator', 'list'],
  'USE /hooks': ['open', 'list'],
  'GET /hooks/{name}': ['open', 'list'],
  'POST /hooks/{name}': ['open', 'list'],
  'GET /favicon.svg': ['open', 'list'],
  'USE /assets': ['open', 'list'],
  'GET /api/openapi.json': ['open', 'list'],
  'USE /api': ['open', 'list'],
  'USE /api/docs': ['open', 'list'],
  'GET /admin/sign-in': ['open', 'list'],
  'GET /admin/sign-in/sign-in.js': ['open', 'list'],
  'GET /admin/sign-in/sign-in.css': ['open', 'list'],
  'USE /admin/sign-in': ['open', 'list'],
  'GET /admin/queues/base.js': ['board', 'never'],
  'USE /admin/queues': ['board', 'never'],
};

/** Bodies that get as far as the question whose source it is. */
const BODIES: Readonly<Record<string, unknown>> = {
  'PATCH /api/v1/sources/{name}': { title: 'taken' },
  'POST /api/v1/sources/{name}/records': { kind: 'user', records: [{ uid: '1' }] },
  'POST /api/v1/tasks/{id}/approve': { planHash: '0'.repeat(64), reason: 'mine' },
  'POST /api/v1/tasks/{id}/reject': { reason: 'mine' },
};

/** Queries that are wanted. */
const QUERIES: Readonly<Record<string, string>> = {
  'GET /api/v1/tasks/{id}/record': '?kind=user&externalId=1',
  'GET /api/v1/task-events': '?forS=0',
};

/** Whom a route of a role lets in: keys, and people with a session. */
const LETS_IN: Readonly<Record<Wanted, readonly string[]>> = {
  open: [
    'anonymous',
    'pushOnly',
    'viewer',
    'operator',
    'admin',
    'viewer in person',
    'operator in person',
    'admin in person',
  ],
  known: ['pushOnly', 'viewer', 'operator', 'admin', 'viewer in person', 'operator in person', 'admin in person'],
  viewer: ['viewer', 'operator', 'admin', 'viewer in person', 'operator in person', 'admin in person'],
  operator: ['operator', 'admin', 'operator in person', 'admin in person'],
  admin: ['admin', 'admin in person'],
  push: ['pushOnly', 'operator', 'admin', 'operator in person', 'admin in person'],
  session: ['viewer in person', 'operator in person', 'admin in person'],
  board: ['admin in person'],
};

/** What a session may that owes something, besides what is open: read itself, end, and its duty. */
const WHILE_OWING: Readonly<Record<Duty, { readonly owe: string; readonly routes: readonly string[] }>> = {
  second_factor: {
    owe: `INSERT INTO second_factors (account_id, secret, last_step) VALUES ($1, 'x', 0)`,
    routes: ['POST /api/v1/session/second-factor'],
  },
  change_password: {
    owe: `UPDATE accounts SET password_expires_at = now() + interval '1 day' WHERE id = $1`,
    routes: ['POST /api/v1/session/password'],
  },
  enrol_second_factor: {
    owe: 'SELECT $1::uuid',
    routes: ['POST /api/v1/session/second-factor/offer', 'POST /api/v1/session/second-factor/enrol'],
  },
};

const nameOf = (one: { name: string }) => one.name;
const idOf = (one: { id: string }) => one.id;

let api: ApiHarness;
let clients: Record<string, ApiClient>;
/** Things of the source `theirs`, and a key for everything of the source `ours`. */
let theirs: { readonly name: string; readonly task: string; readonly push: string };
let stranger: ApiClient;

beforeAll(async () => {
  api = await startApi();
  clients = {
    anonymous: api.anonymous(),
    pushOnly: await api.as('operator', { pushOnly: true }),
    viewer: await api.as('viewer'),
    operator: await api.as('operator'),
    admin: await api.as('admin'),
  };
  const admin = clients['admin']!;
  for (const name of ['ours', 'theirs']) await admin.post('/sources', { name, type: 'push' });
  const body = { kind: 'user', records: [{ uid: '1' }] };
  const pushed = (await admin.post('/sources/theirs/records', body)).body as { pushId: string; task: { id: string } };
  theirs = { name: 'theirs', task: pushed.task.id, push: pushed.pushId };
  const ours = await api.database.db.prisma.source.findUniqueOrThrow({ where: { name: 'ours' } });
  stranger = await api.as('admin', { sourceId: ours.id });
});
afterAll(() => api.stop());

/** Sessions of this very test: one of its requests signs out. */
async function inPerson(): Promise<Record<string, ApiClient>> {
  const found: Record<string, ApiClient> = {};
  for (const role of ['viewer', 'operator', 'admin'] as const)
    found[`${role} in person`] = createBrowserClient(api.baseUrl, await signInAs(api.database.db, role));
  return found;
}

/** A route's method and an address of it that exists in form; it names nothing, so that nothing is deleted. */
function requestOf(name: string): [method: string, path: string] {
  const [method = '', path = ''] = name.split(' ');
  const filled = path.replace('{name}', 'no-such-source').replace('{id}', randomUUID()) + (QUERIES[name] ?? '');
  return method === 'USE' ? ['GET', filled] : [method, filled];
}

/** The 401 of a failed sign-in is the answer of a permitted route. */
function answered({ status, body }: ApiAnswer): number | 'in' {
  const code = (body as { code?: string } | null)?.code ?? '';
  return [401, 403].includes(status) && !['sign_in_failed', 'oidc_refused'].includes(code) ? status : 'in';
}

test('every route that Express really has is in the table, and the table has no other', () => {
  expect(walkRouter(() => createApp(api.deps))).toEqual(Object.keys(WANTED).sort());
});

test('a route that is in no table is seen', () => {
  const walked = walkRouter(() => createApp(api.deps).get('/hidden', (_request, response) => void response.end()));
  expect(walked).toContain('GET /hidden');
});

test('a route without a role cannot be mounted', () => {
  const [first] = apiRoutes(api.deps, createAuthenticator(api.deps)).v1.routes;
  const rateLimits = { perKey: 1, wrongKeys: 1 };
  const limits = { budget: new BodyBudget(DEFAULT_BODY_LIMITS), slots: new AnswerSlots(DEFAULT_SLOT_LIMITS) };
  const options = { ...limits, authenticator: createAuthenticator(api.deps), publicUrl: null, prefix: '', rateLimits };
  expect(() => mountRoutes([{ ...first!, role: undefined as never }], options)).toThrow('has no role');
});

test.each(Object.keys(WANTED))('%s permits exactly the intended callers, by key and by session', async (name) => {
  const [wanted] = WANTED[name]!;
  const [method, path] = requestOf(name);
  for (const [who, client] of Object.entries({ ...clients, ...(await inPerson()) })) {
    const keyCountsForNothing = wanted === 'board' && !who.endsWith('in person');
    const refusal = who === 'anonymous' || keyCountsForNothing ? 401 : 403;
    const expected = LETS_IN[wanted].includes(who) ? 'in' : refusal;
    expect([who, answered(await client.send(method, path))]).toEqual([who, expected]);
  }
});

test.each(Object.entries(WANTED))('%s and a key for another source: %j', async (name, [wanted, narrowed]) => {
  const [method, path] = name.split(' ') as [string, string];
  const id = path.includes('/pushes/') ? theirs.push : theirs.task;
  const filled = path.replace('{name}', theirs.name).replace('{id}', id) + (QUERIES[name] ?? '');
  const answer = await stranger.send(method === 'USE' ? 'GET' : method, filled, { body: BODIES[name] });
  if (wanted === 'board') expect(answer.status).toBe(401);
  else if (narrowed === 'never') expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
  else if (narrowed === 'own') expect([403, 404]).toContain(answer.status);
  else expect(answered(answer)).toBe('in');
  if (narrowed === 'list' && !name.includes('/docs')) expect(JSON.stringify(answer.body)).not.toContain('theirs');
});

test.each(Object.keys(WHILE_OWING) as Duty[])('a session that owes %s may do that, and nothing else', async (duty) => {
  const { owe, routes } = WHILE_OWING[duty];
  const may = ['GET /api/v1/session', 'DELETE /api/v1/session', ...routes];
  const strict = await startApi({
    db: api.database.db,
    settings: { ...api.deps.settings, secondFactor: 'required' },
  });
  try {
    for (const name of Object.keys(WANTED).filter((one) => WANTED[one]![0] !== 'open')) {
      const person = await signInAs(api.database.db, 'admin');
      await api.database.db.pool.query(owe, [person.accountId]);
      const { status, body } = await createBrowserClient(strict.baseUrl, person).send(...requestOf(name));
      // The compatible API returns messages, not codes.
      const isRefused = status === 403 && JSON.stringify(body).includes('must first complete this step');
      expect([name, isRefused]).toEqual([name, !may.includes(name)]);
    }
  } finally {
    await strict.stop();
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
      answers.push(await api.anonymous().send('GET', '/sources', { headers }));
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
    expect((await api.anonymous().send('GET', '/keys', { headers: { authorization: `Bearer ${mixed}` } })).status).toBe(
      401,
    );
  });

  test('expired and revoked ones are not let in, a revoked one within a second', async () => {
    const admin = clients['admin']!;
    const made = (await admin.post('/keys', { name: 'short', role: 'viewer' })).body as { id: string; key: string };
    const headers = { authorization: `Bearer ${made.key}` };
    expect((await api.anonymous().send('GET', '/sources', { headers })).status).toBe(200);
    expect((await admin.delete(`/keys/${made.id}`)).status).toBe(204);
    const deadline = Date.now() + 1_500;
    let status = 200;
    while (status === 200 && Date.now() < deadline)
      status = (await api.anonymous().send('GET', '/sources', { headers })).status;
    expect(status).toBe(401);
    const expiring = await api.newKey('viewer');
    await api.database.db.prisma.apiKey.updateMany({
      where: { name: 'viewer', lastUsedAt: null },
      data: { expiresAt: new Date(Date.now() - 1) },
    });
    const expired = { authorization: `Bearer ${expiring}` };
    expect((await api.anonymous().send('GET', '/sources', { headers: expired })).status).toBe(401);
  });

  test('the last use is written, not with every request', async () => {
    const key = await api.newKey('viewer');
    const send = () => api.anonymous().send('GET', '/sources', { headers: { authorization: `Bearer ${key}` } });
    await send();
    const read = () => api.database.db.prisma.apiKey.findFirstOrThrow({ orderBy: { id: 'desc' } });
    let first = await read();
    while (first.lastUsedAt === null) first = await read();
    await send();
    await send();
    expect((await read()).lastUsedAt).toEqual(first.lastUsedAt);
  });
});

test('a key above its rate gets 429, others do not', async () => {
  const strict = await startApi({ settings: { ...api.deps.settings, rateLimits: { perKey: 3, wrongKeys: 2 } } });
  try {
    const [eager, calm] = [await strict.as('viewer'), await strict.as('viewer')];
    for (let at = 0; at < 3; at += 1) expect((await eager.get('/sources')).status).toBe(200);
    const refused = await eager.get('/sources');
    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await calm.get('/sources')).status).toBe(200);
    const statuses = [];
    for (let at = 0; at < 3; at += 1) statuses.push((await strict.anonymous().get('/sources')).status);
    expect(statuses).toEqual([401, 401, 429]);
  } finally {
    await strict.stop();
  }
});
