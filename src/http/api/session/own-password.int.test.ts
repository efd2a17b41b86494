import { createAccount } from '../../../access/accounts/account.store.js';
import { hashPassword } from '../../../access/passwords/password-hash.js';
import { type ApiHarness, startApi } from '../../../testing/worlds/api-harness.js';
import { type SignedIn, signInAs } from '../../../testing/servers/browser-client.js';
import { waitFor } from '../../../testing/wait-for.js';

const [OLD, NEW] = ['violets-under-7-bridges', 'lanterns-over-9-harbours'];
const BREACHED = 'everyone-here-knows-it-well';

let api: ApiHarness;
let passwordHash: string;
beforeAll(async () => {
  const isBreached = (password: string) => Promise.resolve(password === BREACHED);
  api = await startApi({ passwordRules: { words: ['phoenix'], isBreached } });
  passwordHash = await hashPassword(OLD);
});
afterAll(() => api.stop());
afterEach(() => api.database.db.pool.query('TRUNCATE sign_in_failures, sessions; DELETE FROM accounts'));

/** A person with a password and a session that a real sign-in began. */
async function enter(username = 'ada', password = OLD): Promise<SignedIn> {
  const answer = await api.anonymous().post('/session', { username, password });
  expect(answer.status).toBe(200);
  const cookie = /^rollcall_session=[^;]+/.exec(answer.headers.get('set-cookie') ?? '')![0];
  return { accountId: answer.body.user.id as string, cookie, csrfToken: answer.body.csrfToken as string };
}
const make = (username = 'ada') =>
  createAccount(api.database.db.prisma, { username, role: 'viewer', passwordHash, createdBy: 'test' });
const change = ({ cookie, csrfToken }: SignedIn, body: object, headers: Record<string, string> = {}) => {
  const own = { cookie, 'x-csrf-token': csrfToken, 'sec-fetch-site': 'same-origin' };
  return api.anonymous().post('/session/password', body, { ...own, ...headers });
};
const who = ({ cookie }: SignedIn) => api.anonymous().send('GET', '/session', { headers: { cookie } });

test('a person who knows the present password changes it; every other session ends, and the deed is written down', async () => {
  await make();
  await make('bob');
  const [here, elsewhere, bob] = [await enter(), await enter(), await enter('bob')];
  expect((await change(here, { current: OLD, next: NEW })).status).toBe(204);
  expect((await who(here)).status).toBe(200);
  await waitFor(async () => (await who(elsewhere)).status === 401);
  expect((await who(bob)).status).toBe(200);
  expect((await api.anonymous().post('/session', { username: 'ada', password: OLD })).status).toBe(401);
  await enter('ada', NEW);
  const { body } = await (await api.as('admin')).get(`/audit?objectId=${here.accountId}`);
  const entry = (body.items as Record<string, unknown>[]).find(({ action }) => action === 'account.password')!;
  expect(entry).toMatchObject({ actor: `admin:${here.accountId}`, address: '127.0.0.1', detail: { sessions: 1 } });
  const { rows } = await api.database.db.pool.query<{ before: string; after: string }>(
    `SELECT before_hash AS before, after_hash AS after FROM audit_entries WHERE action = 'account.password'`,
  );
  expect(rows[0]!.before).not.toBeNull();
  expect(rows[0]!.after).not.toEqual(rows[0]!.before);
  expect(JSON.stringify([body, api.logged])).not.toMatch(/violets|lanterns/);
});

test.each([
  ['a wrong present one', { current: 'not-that-one-at-all', next: NEW }, 'wrong_password', 'current'],
  ['a short one', { current: OLD, next: 'short' }, 'weak_password', 'next'],
  ['a common one', { current: OLD, next: 'password12345' }, 'weak_password', 'next'],
  ["one with the operator's word", { current: OLD, next: 'lanterns-over-Phoenix' }, 'weak_password', 'next'],
  ['a breached one', { current: OLD, next: BREACHED }, 'weak_password', 'next'],
  ['the same one', { current: OLD, next: OLD }, 'weak_password', 'next'],
])('%s changes nothing and says why', async (_name, body, code, path) => {
  await make();
  const here = await enter();
  const answer = await change(here, body);
  expect(answer).toMatchObject({ status: 422, body: { code, errors: [{ path }] } });
  expect((await who(here)).status).toBe(200);
  await enter();
});

test('a stolen session is no place to guess: tries are counted with those of signing in', async () => {
  await make();
  const here = await enter();
  const codes: string[] = [];
  for (let at = 0; at < 7; at += 1)
    codes.push((await change(here, { current: `wrong-${at}`, next: NEW })).body.code as string);
  expect(codes).toEqual([...Array<string>(5).fill('wrong_password'), 'sign_in_locked', 'sign_in_locked']);
  expect((await change(here, { current: OLD, next: NEW })).body.code).toBe('sign_in_locked');
});

test('forged requests, keys and people of a provider have no password to change', async () => {
  await make();
  const here = await enter();
  const forged = await change(here, { current: OLD, next: NEW }, { 'sec-fetch-site': 'cross-site' });
  expect([forged.status, forged.body.code]).toEqual([403, 'csrf_refused']);
  const byKey = await (await api.as('admin')).post('/session/password', { current: OLD, next: NEW });
  expect([byKey.status, byKey.body.code]).toEqual([403, 'forbidden']);
  const visitor = await signInAs(api.database.db, 'viewer');
  await api.database.db.pool.query(`UPDATE sessions SET via = 'oidc' WHERE account_id = $1`, [visitor.accountId]);
  const answer = await change(visitor, { current: OLD, next: NEW });
  expect([answer.status, answer.body.code]).toEqual([403, 'no_password']);
});
