import { createAccount } from '../../../access/accounts/account.store.js';
import type { Role } from '../../../access/accounts/principal.js';
import { type ApiHarness, startApi } from '../../../testing/worlds/api-harness.js';
import { type OidcProvider, startOidcProvider } from '../../../testing/servers/oidc-provider.js';

const PUBLIC_URL = 'http://rollcall.test';
const roleMap = new Map<string, Role>([
  ['rollcall-admins', 'admin'],
  ['staff', 'viewer'],
]);

let provider: OidcProvider;
let api: ApiHarness;

beforeAll(async () => {
  const client = { id: 'rollcall', secret: 'clientSecret1' };
  provider = await startOidcProvider(client);
  const oidc = { issuer: provider.issuer, clientId: client.id, clientSecret: client.secret, title: 'Company' };
  const rest = { trustProxy: null, publicUrl: PUBLIC_URL };
  // The provider asks for the second factor, so it is not asked for again.
  const secondFactor = 'required';
  api = await startApi({ settings: { ...rest, secondFactor, oidc: { ...oidc, roleClaim: 'groups', roleMap } } });
});
beforeEach(() => {
  provider.next = { claims: { groups: ['staff', 'rollcall-admins'], preferred_username: 'grace' } };
});
afterAll(async () => {
  await api.stop();
  await provider.stop();
});

const go = (url: string, headers: Record<string, string> = {}) => fetch(url, { headers, redirect: 'manual' });
const cookieOf = (answer: Response, name: string) =>
  /^[^;]+/.exec(answer.headers.getSetCookie().find((one) => one.startsWith(`${name}=`)) ?? '')?.[0] ?? '';

/** As a browser goes: to us, to the provider, and with what it sent back to us. */
async function setOut(returnTo = '/tasks') {
  const begun = await go(`${api.baseUrl}/api/v1/session/oidc?returnTo=${encodeURIComponent(returnTo)}`);
  expect(begun.status).toBe(302);
  const back = new URL((await go(begun.headers.get('location')!)).headers.get('location')!);
  expect(back.origin + back.pathname).toBe(`${PUBLIC_URL}/api/v1/session/oidc/callback`);
  return { trip: cookieOf(begun, 'rollcall_oidc'), query: back.searchParams, begun };
}
const comeBack = (query: URLSearchParams, cookie: string) =>
  go(`${api.baseUrl}/api/v1/session/oidc/callback?${query.toString()}`, { cookie });
const codeOf = async (answer: Response) => ((await answer.json()) as { code: string }).code;

test('who has a role is signed in with it and returns to the page where the sign-in began', async () => {
  const { trip, query, begun } = await setOut('/admin/queues');
  expect(begun.headers.getSetCookie()[0]).toMatch(/; Path=\/api\/v1\/session\/oidc; .*HttpOnly; SameSite=Lax/);
  const answer = await comeBack(query, trip);
  expect([answer.status, answer.headers.get('location')]).toEqual([302, '/admin/queues']);
  const who = await go(`${api.baseUrl}/api/v1/session`, { cookie: cookieOf(answer, 'rollcall_session') });
  expect(await who.json()).toMatchObject({ user: { username: 'grace', role: 'admin', via: 'oidc' } });
  expect(await (await go(`${api.baseUrl}/api/v1/session/options`)).json()).toEqual({
    password: true,
    oidc: { title: 'Company', url: '/api/v1/session/oidc' },
  });
});

test('a role that the provider takes back is gone at the next sign-in, for every session', async () => {
  const first = await setOut();
  const admin = cookieOf(await comeBack(first.query, first.trip), 'rollcall_session');
  provider.next = { claims: { groups: ['staff'], preferred_username: 'grace' } };
  const second = await setOut();
  await comeBack(second.query, second.trip);
  const who = await go(`${api.baseUrl}/api/v1/session`, { cookie: admin });
  expect(await who.json()).toMatchObject({ user: { role: 'viewer' } });
});

test.each([
  ['of a person without a role', { claims: { groups: ['guests'] } }],
  ['without the claim', {}],
])('a token %s is refused and no account is made', async (_name, next) => {
  provider.next = { ...next, claims: { ...('claims' in next ? next.claims : {}), sub: 'stranger' } };
  const { trip, query } = await setOut();
  const answer = await comeBack(query, trip);
  expect([answer.status, await codeOf(answer)]).toEqual([403, 'oidc_no_role']);
  expect(cookieOf(answer, 'rollcall_session')).toBe('');
  expect(await api.database.db.prisma.account.count({ where: { oidcSubject: 'stranger' } })).toBe(0);
});

const past = Math.floor(Date.now() / 1_000) - 3_600;
test.each([
  ['nonce', { claims: { nonce: 'another' } }],
  ['audience', { claims: { aud: 'another-client' } }],
  ['issuer', { claims: { iss: 'https://evil.example' } }],
  ['time', { claims: { iat: past, exp: past + 60 } }],
  ['signature', { forged: true }],
  ['algorithm', { alg: 'none' as const }],
])('an ID token with a wrong %s is refused', async (_name, next) => {
  provider.next = { ...next, claims: { groups: ['rollcall-admins'], ...('claims' in next ? next.claims : {}) } };
  const { trip, query } = await setOut();
  const answer = await comeBack(query, trip);
  expect([answer.status, await codeOf(answer)]).toEqual([401, 'oidc_refused']);
});

test('an answer with another state, of another browser, or used twice is refused', async () => {
  const [one, two] = [await setOut(), await setOut()];
  const stolen = [
    await comeBack(one.query, two.trip),
    await comeBack(one.query, ''),
    await comeBack(one.query, 'rollcall_oidc=nonsense'),
    await comeBack(new URLSearchParams({ error: 'access_denied', state: one.query.get('state')! }), one.trip),
  ];
  for (const answer of stolen) expect([answer.status, await codeOf(answer)]).toEqual([401, 'oidc_refused']);
  const before = provider.issued();
  expect((await comeBack(two.query, two.trip)).status).toBe(302);
  expect((await comeBack(two.query, two.trip)).status).toBe(401);
  expect(provider.issued()).toBe(before + 1);
});

test('a browser that was refused gets the sign-in page with the reason, and no session', async () => {
  const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
  provider.next = { claims: { groups: ['guests'], sub: 'guest' } };
  const { trip, query } = await setOut();
  const callback = `${api.baseUrl}/api/v1/session/oidc/callback?`;
  const refusals = [
    await go(callback + query.toString(), { ...html, cookie: trip }),
    await go(`${callback}code=x&state=y`, html),
    await go(`${callback}error=%3Cscript%3E&state=y`, { ...html, cookie: trip }),
  ];
  expect(refusals.map(({ status, headers }) => [status, headers.get('location')])).toEqual([
    [302, '/?signInError=oidc_no_role'],
    [302, '/?signInError=oidc_refused'],
    [302, '/?signInError=oidc_refused'],
  ]);
  for (const answer of refusals) expect(cookieOf(answer, 'rollcall_session')).toBe('');
});

test("a provider's name does not take a password account of that name over", async () => {
  const { prisma } = api.database.db;
  await createAccount(prisma, { username: 'root', role: 'admin', passwordHash: 'x', createdBy: 'test' });
  provider.next = { claims: { groups: ['staff'], sub: 'sub-9', preferred_username: 'root' } };
  const { trip, query } = await setOut();
  await comeBack(query, trip);
  const roots = await prisma.account.findMany({ where: { username: 'root' }, orderBy: { id: 'asc' } });
  expect(roots.map(({ role, oidcSubject }) => [role, oidcSubject])).toEqual([
    ['admin', null],
    ['viewer', 'sub-9'],
  ]);
});

test('nothing of it stands in the log', async () => {
  const { trip, query } = await setOut();
  await comeBack(query, trip);
  expect(JSON.stringify(api.logged)).not.toContain(query.get('code'));
  expect(JSON.stringify(api.logged)).not.toContain('grace');
});

test('without a provider there is nothing to begin', async () => {
  const plain = await startApi();
  try {
    const answer = await plain.anonymous().get('/session/oidc');
    expect([answer.status, answer.body.code]).toEqual([404, 'oidc_off']);
    expect((await plain.anonymous().get('/session/options')).body.oidc).toBeNull();
  } finally {
    await plain.stop();
  }
});
