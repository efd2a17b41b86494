import { createAccount } from '../../../access/accounts/account.store.js';
import { hashPassword } from '../../../access/passwords/password-hash.js';
import { hashSessionToken } from '../../../access/sessions/session-token.js';
import { SESSIONS_AT_ONCE, startSession } from '../../../access/sessions/start-session.js';
import { type ApiHarness, startApi } from '../../../testing/worlds/api-harness.js';
import { headersOf, type SignedIn, signInAs } from '../../../testing/servers/browser-client.js';
import { waitFor } from '../../../testing/wait-for.js';

const PASSWORD = 'violets-under-7-bridges';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

let api: ApiHarness;
let passwordHash: string;
beforeAll(async () => {
  api = await startApi();
  passwordHash = await hashPassword(PASSWORD);
});
beforeEach(async () => {
  for (const username of ['ada', 'bob'])
    await createAccount(api.database.db.prisma, { username, role: 'viewer', passwordHash, createdBy: 'test' });
});
afterAll(() => api.stop());
afterEach(() => api.database.db.pool.query('TRUNCATE sign_in_failures, sessions; DELETE FROM accounts'));

interface Listed {
  readonly id: string;
  readonly isCurrent: boolean;
  readonly [field: string]: unknown;
}

/** A person with a session that a real sign-in began. */
async function enter(username = 'ada', userAgent = FIREFOX): Promise<SignedIn> {
  const answer = await api.anonymous().post('/session', { username, password: PASSWORD }, { 'User-Agent': userAgent });
  expect(answer.status).toBe(200);
  const cookie = /^rollcall_session=[^;]+/.exec(answer.headers.get('set-cookie') ?? '')![0];
  return { accountId: answer.body.user.id as string, cookie, csrfToken: answer.body.csrfToken as string };
}
const send = (who: SignedIn, path: string, body: object) => api.anonymous().post(path, body, headersOf(who));
const who = ({ cookie }: SignedIn) => api.anonymous().send('GET', '/session', { headers: { cookie } });
async function listOf({ cookie }: SignedIn): Promise<readonly Listed[]> {
  const { status, body } = await api.anonymous().send('GET', '/sessions', { headers: { cookie } });
  expect(status).toBe(200);
  return body.items as Listed[];
}
const currentOf = async (person: SignedIn) => (await listOf(person)).find(({ isCurrent }) => isCurrent)!;
const query = (sql: string, values: unknown[] = []) => api.database.db.pool.query(sql, values);

test('ASVS 7.5.2: a person sees the own sessions with where they began, and nothing that opens one', async () => {
  const here = await enter();
  const elsewhere = await enter('ada', 'curl/8.5.0');
  const bob = await enter('bob');
  const listed = await listOf(here);
  expect(listed).toHaveLength(2);
  expect(listed.find(({ isCurrent }) => isCurrent)).toEqual({
    ...{ id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string, via: 'password', address: '127.0.0.1' },
    ...{ browser: 'Firefox, Linux', isCurrent: true },
    ...Object.fromEntries(['createdAt', 'lastSeenAt', 'expiresAt'].map((name) => [name, expect.any(String)])),
  });
  expect(listed.find(({ isCurrent }) => !isCurrent)).toMatchObject({ browser: null });
  for (const { cookie } of [here, elsewhere, bob]) {
    const token = cookie.split('=')[1]!;
    const hash = Buffer.from(hashSessionToken(token));
    const text = JSON.stringify(listed);
    for (const secret of [token, hash.toString('hex'), hash.toString('base64')]) expect(text).not.toContain(secret);
  }
  expect(await listOf(bob)).toHaveLength(1);
});

test('idle and old ones are none', async () => {
  const [here, idle] = [await enter(), await enter()];
  await query(`UPDATE sessions SET last_seen_at = now() - interval '31 minutes' WHERE token_hash = $1`, [
    hashSessionToken(idle.cookie.split('=')[1]!),
  ]);
  expect(await listOf(here)).toHaveLength(1);
});

test('any of them is ended with the password, on every process within a second, and the deed is written down', async () => {
  const [here, elsewhere] = [await enter(), await enter()];
  const { id } = await currentOf(elsewhere);
  const other = await startApi({ db: api.database.db });
  try {
    const there = () => other.anonymous().send('GET', '/session', { headers: { cookie: elsewhere.cookie } });
    expect((await there()).status).toBe(200);
    expect((await send(here, `/sessions/${id}/end`, { password: PASSWORD })).status).toBe(204);
    const since = Date.now();
    await waitFor(async () => (await there()).status === 401 && (await who(elsewhere)).status === 401);
    expect(Date.now() - since).toBeLessThan(1_600);
  } finally {
    await other.stop();
  }
  expect((await who(here)).status).toBe(200);
  const { body } = await (await api.as('admin')).get(`/audit?objectId=${here.accountId}`);
  const deeds = body.items as Record<string, unknown>[];
  expect(deeds.find(({ action }) => action === 'session.end')).toMatchObject({
    ...{ actor: `admin:${here.accountId}`, address: '127.0.0.1', detail: { session: id } },
  });
});

test('all others are ended at once; the own one too, which signs out', async () => {
  const [here, one, two, bob] = [await enter(), await enter(), await enter(), await enter('bob')];
  const answer = await send(here, '/sessions/end-others', { password: PASSWORD });
  expect([answer.status, answer.body]).toEqual([200, { ended: 2 }]);
  await waitFor(async () => (await who(one)).status === 401 && (await who(two)).status === 401);
  expect([(await who(here)).status, (await who(bob)).status]).toEqual([200, 200]);
  const own = await send(here, `/sessions/${(await currentOf(here)).id}/end`, { password: PASSWORD });
  expect([own.status, own.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Expires=Thu, 01 Jan')]);
  await waitFor(async () => (await who(here)).status === 401);
});

test('without the right password nothing ends, and tries are counted with those of signing in', async () => {
  const [here, elsewhere] = [await enter(), await enter()];
  const { id } = await currentOf(elsewhere);
  for (const path of [`/sessions/${id}/end`, '/sessions/end-others']) {
    const without = await send(here, path, {});
    expect(without).toMatchObject({ status: 422, body: { code: 'wrong_password', errors: [{ path: 'password' }] } });
  }
  const codes: string[] = [];
  for (let at = 0; at < 6; at += 1)
    codes.push((await send(here, '/sessions/end-others', { password: `wrong-${at}` })).body.code as string);
  expect(codes).toEqual([...Array<string>(5).fill('wrong_password'), 'sign_in_locked']);
  expect((await who(elsewhere)).status).toBe(200);
});

test("another person's session, an unknown one, forged requests and keys end nothing", async () => {
  const [here, bob] = [await enter(), await enter('bob')];
  const { id } = await currentOf(bob);
  for (const path of [id, '019abc00-0000-7000-8000-000000000000', 'nonsense'].map((one) => `/sessions/${one}/end`)) {
    const answer = await send(here, path, { password: PASSWORD });
    expect([path, answer.status, answer.body.code]).toEqual([path, 404, 'session_not_found']);
  }
  const own = { ...headersOf(here), 'sec-fetch-site': 'cross-site' };
  const forged = await api.anonymous().post('/sessions/end-others', { password: PASSWORD }, own);
  expect([forged.status, forged.body.code]).toEqual([403, 'csrf_refused']);
  const key = await api.as('admin');
  expect((await key.get('/sessions')).status).toBe(403);
  expect((await key.post('/sessions/end-others', { password: PASSWORD })).status).toBe(403);
  expect((await who(bob)).status).toBe(200);
});

test('after a sign-in at a provider, sessions can be ended for ten minutes, later only after another sign-in', async () => {
  const here = await signInAs(api.database.db, 'viewer');
  await query(`UPDATE sessions SET via = 'oidc' WHERE account_id = $1`, [here.accountId]);
  expect((await send(here, '/sessions/end-others', {})).status).toBe(200);
  await query(`UPDATE sessions SET created_at = now() - interval '11 minutes' WHERE account_id = $1`, [here.accountId]);
  const late = await send(here, '/sessions/end-others', { password: PASSWORD });
  expect([late.status, late.body.code]).toEqual([403, 'sign_in_again']);
});

test('ASVS 7.1.2: an account has ten sessions at once; one more ends the one that was not used for longest', async () => {
  const first = await enter();
  await query(`UPDATE sessions SET last_seen_at = now() - interval '5 minutes'`);
  const second = await enter();
  await query(`UPDATE sessions SET last_seen_at = now() - interval '20 minutes' WHERE token_hash = $1`, [
    hashSessionToken(second.cookie.split('=')[1]!),
  ]);
  const bob = await enter('bob');
  // All at once: each counts the others.
  const { accountId } = first;
  const start = {
    accountId,
    via: 'password',
    role: 'viewer',
    address: null,
    lifeMs: 60_000,
    formerToken: null,
  } as const;
  await Promise.all(Array.from({ length: SESSIONS_AT_ONCE - 1 }, () => startSession(api.database.db, start)));
  expect((await who(second)).status).toBe(401);
  expect(await listOf(first)).toHaveLength(SESSIONS_AT_ONCE);
  expect((await who(bob)).status).toBe(200);
  const { rows } = await query(`SELECT detail FROM audit_entries WHERE action = 'session.start' AND detail ? 'ended'`);
  expect(rows).toEqual([{ detail: { via: 'password', role: 'viewer', ended: 1 } }]);
});

test('the password alone of a user with a second factor ends none of the user’s sessions', async () => {
  const { accountId } = await enter();
  await query(`INSERT INTO second_factors (account_id, secret, last_step) VALUES ($1, 'sealed', 0)`, [accountId]);
  const start = {
    ...({ accountId, via: 'password', role: 'viewer', address: null, lifeMs: 60_000, formerToken: null } as const),
  };
  const whole = await startSession(api.database.db, { ...start, secondFactor: 'app' });
  for (let at = 0; at <= SESSIONS_AT_ONCE; at += 1) await startSession(api.database.db, start);

  const { rows } = await query('SELECT token_hash = $1 AS whole FROM sessions WHERE account_id = $2', [
    hashSessionToken(whole.token),
    accountId,
  ]);
  expect(rows.filter((row) => row['whole'])).toHaveLength(1);
  expect(rows).toHaveLength(SESSIONS_AT_ONCE + 1);
});
