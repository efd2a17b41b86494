import { createAccount, setDisabled } from '../../../access/accounts/account.store.js';
import { hashPassword } from '../../../access/passwords/password-hash.js';
import type { ApiAnswer } from '../../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../../testing/worlds/api-harness.js';
import { headersOf, type SignedIn, signInAs } from '../../../testing/servers/browser-client.js';
import { waitFor } from '../../../testing/wait-for.js';

const PASSWORD = 'violets-under-7-bridges';

let api: ApiHarness;

beforeAll(async () => {
  api = await startApi();
  const passwordHash = await hashPassword(PASSWORD);
  const given = { username: 'Ada', role: 'operator', passwordHash, createdBy: 'test' } as const;
  await createAccount(api.database.db.prisma, given);
});
afterAll(() => api.stop());
afterEach(() => api.database.db.pool.query('TRUNCATE sign_in_failures'));

const signIn = (username: string, password: string, headers: Record<string, string> = {}) =>
  api.anonymous().send('POST', '/session', { body: { username, password }, headers });
const cookieOf = ({ headers }: ApiAnswer) => /^rollcall_session=[^;]+/.exec(headers.get('set-cookie') ?? '')?.[0] ?? '';
const ask = (headers: Record<string, string>, path = '/session') => api.anonymous().send('GET', path, { headers });

test('signing in gives a cookie out of reach of scripts, and the session says who it is', async () => {
  const answer = await signIn('ada', PASSWORD);
  expect(answer).toMatchObject({ status: 200, body: { user: { username: 'Ada', role: 'operator', via: 'password' } } });
  expect(answer.headers.get('set-cookie')).toMatch(/^rollcall_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
  const { csrfToken, expiresAt, user, owes } = answer.body;
  expect(owes).toBeNull();
  const who = await ask({ cookie: cookieOf(answer) });
  expect(who.body).toEqual({ user, csrfToken, expiresAt, owes });
  const secret = cookieOf(answer).split('=')[1]!;
  const { rows } = await api.database.db.pool.query('SELECT sessions::text AS row FROM sessions');
  expect(JSON.stringify([rows, api.logged])).not.toContain(secret);
  expect(JSON.stringify([rows, api.logged])).not.toContain(csrfToken);
});

test('behind TLS the cookie is Secure', async () => {
  const secure = await startApi({ settings: { ...api.deps.settings, publicUrl: 'https://rollcall.example' } });
  try {
    const passwordHash = await hashPassword(PASSWORD);
    await createAccount(secure.database.db.prisma, {
      ...{ username: 'ada', role: 'viewer', passwordHash, createdBy: 'test' },
    });
    const answer = await secure.anonymous().post('/session', { username: 'ada', password: PASSWORD });
    const given = answer.headers.get('set-cookie')!;
    expect(given).toMatch(/^__Host-rollcall_session=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    const [, token = ''] = /=([\w-]{43});/.exec(given)!;
    const ask = (cookie: string) => secure.anonymous().send('GET', '/session', { headers: { cookie } });
    expect((await ask(`__Host-rollcall_session=${token}`)).status).toBe(200);
    // A neighbour could plant the plain name; it counts for nothing.
    expect((await ask(`rollcall_session=${token}`)).status).toBe(401);
    expect(answer.headers.get('strict-transport-security')).toMatch(/max-age=\d{8}/);
  } finally {
    await secure.stop();
  }
});

test('a wrong password, an unknown name and a disabled account get the same answer', async () => {
  const passwordHash = await hashPassword(PASSWORD);
  const { prisma } = api.database.db;
  const shut = await createAccount(prisma, { username: 'shut', role: 'admin', passwordHash, createdBy: 'test' });
  await setDisabled(prisma, shut!, true);
  const answers = [await signIn('ada', 'wrong'), await signIn('unknown', PASSWORD), await signIn('shut', PASSWORD)];
  for (const { status, body, headers } of answers) {
    expect([status, body]).toEqual([401, answers[0]!.body]);
    expect(body.code).toBe('sign_in_failed');
    expect(headers.get('set-cookie')).toBeNull();
  }
});

test('failed tries are slowed down, for unknown names too, and the answers reveal nothing', async () => {
  for (const name of ['ada', 'no-such-person']) {
    const tries = await Promise.all(Array.from({ length: 9 }, () => signIn(name, 'wrong')));
    const statuses = tries.map(({ status }) => status).sort();
    expect([name, statuses]).toEqual([name, [401, 401, 401, 401, 401, 429, 429, 429, 429]]);
    const locked = await signIn(name, PASSWORD);
    expect(locked).toMatchObject({ status: 429, body: { code: 'sign_in_locked' } });
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(20);
  }
  await api.database.db.pool.query(`UPDATE sign_in_failures SET locked_until = now() - interval '1 second'`);
  expect((await signIn('ada', PASSWORD)).status).toBe(200);
  const { rows } = await api.database.db.pool.query(`SELECT 1 FROM sign_in_failures WHERE failures >= 5`);
  expect(rows).toHaveLength(2);
});

test('one address that tries many names is slowed down as a whole', async () => {
  await api.database.db.pool.query(`INSERT INTO sign_in_failures (key, failures) VALUES ('address:127.0.0.1', 19)`);
  expect((await signIn('a-name', 'wrong')).status).toBe(401);
  expect((await signIn('another-name', 'wrong')).status).toBe(429);
});

describe('a session', () => {
  let ada: SignedIn;
  beforeEach(async () => {
    ada = await signInAs(api.database.db, 'admin');
  });
  const make = (headers: Record<string, string>) =>
    api.anonymous().send('POST', '/keys', { body: { name: 'x', role: 'viewer' }, headers });

  test('changes only what comes from our pages with its token', async () => {
    const good = headersOf(ada);
    expect((await make(good)).status).toBe(201);
    const own = { cookie: ada.cookie, 'x-csrf-token': ada.csrfToken, origin: api.baseUrl };
    expect((await make(own)).status).toBe(201);
    const other = await signInAs(api.database.db, 'admin');
    const forged: Record<string, string>[] = [
      { cookie: ada.cookie },
      { cookie: ada.cookie, 'x-csrf-token': ada.csrfToken },
      { cookie: ada.cookie, 'sec-fetch-site': 'same-origin' },
      { ...good, 'x-csrf-token': other.csrfToken },
      { ...good, 'x-csrf-token': '' },
      { ...good, 'sec-fetch-site': 'cross-site' },
      { ...good, 'sec-fetch-site': 'same-site' },
      { ...own, origin: 'http://127.0.0.1:1' },
      { ...own, origin: 'null' },
    ];
    for (const headers of forged) {
      const { status, body } = await make(headers);
      expect([headers, status, body.code]).toEqual([headers, 403, 'csrf_refused']);
    }
  });

  test('stands in audit and keys as who it is', async () => {
    const { body } = await make(headersOf(ada));
    expect(body.createdBy).toBe(`admin:${ada.accountId}`);
    const audit = await ask(headersOf(ada), `/audit?objectId=${body.id}`);
    expect(audit.body.items[0]).toMatchObject({ actor: `admin:${ada.accountId}`, action: 'key.create' });
  });

  test('ends by signing out, on every process within a second', async () => {
    expect((await ask({ cookie: ada.cookie })).status).toBe(200);
    const other = await startApi({ db: api.database.db });
    try {
      const askThere = () => other.anonymous().send('GET', '/session', { headers: { cookie: ada.cookie } });
      expect((await askThere()).status).toBe(200);
      const out = await api.anonymous().send('DELETE', '/session', { headers: headersOf(ada) });
      expect([out.status, out.headers.get('set-cookie')]).toEqual([
        204,
        expect.stringContaining('Expires=Thu, 01 Jan'),
      ]);
      const since = Date.now();
      await waitFor(async () => (await askThere()).status === 401);
      await waitFor(async () => (await ask({ cookie: ada.cookie })).status === 401);
      expect(Date.now() - since).toBeLessThan(1_600);
    } finally {
      await other.stop();
    }
  });

  test.each([
    ['idle', `last_seen_at = now() - interval '31 minutes'`],
    ['too old', `expires_at = now() - interval '1 second'`],
  ])('that is %s is none', async (_name, change) => {
    await api.database.db.pool.query(`UPDATE sessions SET ${change} WHERE account_id = $1`, [ada.accountId]);
    expect((await ask({ cookie: ada.cookie })).status).toBe(401);
  });

  test('of an account that was shut is none', async () => {
    await setDisabled(api.database.db.prisma, ada.accountId, true);
    expect((await ask({ cookie: ada.cookie })).status).toBe(401);
  });

  test('is never taken on by signing in: the browser gets a new one, the former one ends', async () => {
    const given = await signInAs(api.database.db, 'viewer');
    const answer = await signIn('ada', PASSWORD, { cookie: given.cookie });
    expect(cookieOf(answer)).not.toBe(given.cookie);
    expect((await ask({ cookie: given.cookie })).status).toBe(401);
  });

  test('is no help to a wrong key', async () => {
    expect((await ask({ ...headersOf(ada), authorization: 'Bearer rck_wrong' })).status).toBe(401);
  });
});

test('a page of another site can not sign in a user', async () => {
  const foreign = await signIn('ada', PASSWORD, { origin: 'https://evil.example' });
  expect([foreign.status, foreign.body.code]).toEqual([403, 'csrf_refused']);
});

test('a key can read its identity and has no session to end', async () => {
  const { id: sourceId } = await api.database.db.prisma.source.findUniqueOrThrow({ where: { name: 'api' } });
  const key = await api.as('operator', { sourceId, pushOnly: true });
  expect((await key.get('/session')).body).toEqual({
    user: { keyId: expect.any(String), name: 'operator', role: 'operator', via: 'key', sourceId, pushOnly: true },
    csrfToken: null,
    expiresAt: null,
    owes: null,
  });
  expect((await key.delete('/session')).status).toBe(403);
});
