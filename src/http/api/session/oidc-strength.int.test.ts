import type { Role } from '../../../access/accounts/principal.js';
import { type ApiHarness, startApi } from '../../../testing/worlds/api-harness.js';
import { type OidcProvider, startOidcProvider } from '../../../testing/servers/oidc-provider.js';

const CLIENT = { id: 'rollcall', secret: 'clientSecret1' };
const STRONG = 'urn:example:two-factors';

let provider: OidcProvider;
let api: ApiHarness;
beforeAll(async () => {
  provider = await startOidcProvider(CLIENT);
  api = await startApi({
    settings: settingsWith({ acrValues: [STRONG, 'phr'], amrValues: ['mfa', 'hwk'], maxAgeS: 600 }),
  });
});
afterAll(async () => {
  await api.stop();
  await provider.stop();
});

function settingsWith(more: object) {
  const roleMap = new Map<string, Role>([['staff', 'viewer']]);
  const oidc = { issuer: provider.issuer, clientId: CLIENT.id, clientSecret: CLIENT.secret, title: 'Company' };
  return {
    ...{ trustProxy: null, publicUrl: 'http://rollcall.test', secondFactor: 'required' as const },
    oidc: { ...oidc, roleClaim: 'groups', roleMap, ...more },
  };
}

/** As a browser goes: to us, to the provider which says `claims`, and back. */
async function signIn(claims: Record<string, unknown>, { baseUrl } = api): Promise<Response> {
  provider.next = { claims: { groups: ['staff'], ...claims } };
  const go = (url: string, headers: Record<string, string> = {}) => fetch(url, { headers, redirect: 'manual' });
  const begun = await go(`${baseUrl}/api/v1/session/oidc`);
  const [trip = ''] = begun.headers.getSetCookie();
  const back = new URL((await go(begun.headers.get('location')!)).headers.get('location')!);
  return go(`${baseUrl}/api/v1/session/oidc/callback${back.search}`, { cookie: trip.split(';')[0]! });
}
const now = () => Math.floor(Date.now() / 1_000);
const codeOf = async (answer: Response) => ((await answer.json()) as { code: string }).code;
const hasSession = (answer: Response) => answer.headers.getSetCookie().some((one) => /rollcall_session=\w/.test(one));

test('ASVS 6.8.4: the provider is asked for strength and age, and who it proved so is let in', async () => {
  const answer = await signIn({ acr: STRONG, amr: ['pwd', 'mfa'], auth_time: now() - 60 });
  expect([answer.status, hasSession(answer)]).toEqual([302, true]);
  expect(Object.fromEntries(provider.lastAsked())).toMatchObject({ acr_values: `${STRONG} phr`, max_age: '600' });
});

test.each([
  ['another strength', { acr: '0', amr: ['mfa'], auth_time: now() }, 403, 'oidc_too_weak'],
  ['no strength', { amr: ['mfa'], auth_time: now() }, 403, 'oidc_too_weak'],
  ['strengths as a list', { acr: [STRONG], amr: ['mfa'], auth_time: now() }, 403, 'oidc_too_weak'],
  ['other methods', { acr: STRONG, amr: ['pwd'], auth_time: now() }, 403, 'oidc_too_weak'],
  ['no methods', { acr: STRONG, auth_time: now() }, 403, 'oidc_too_weak'],
  ['methods as a text', { acr: STRONG, amr: 'mfa', auth_time: now() }, 403, 'oidc_too_weak'],
  ['that it was too long ago', { acr: STRONG, amr: ['mfa'], auth_time: now() - 700 }, 401, 'oidc_refused'],
  ['no time', { acr: STRONG, amr: ['mfa'] }, 401, 'oidc_refused'],
])('a token that says %s is refused, and no account is made', async (_name, claims, status, code) => {
  const answer = await signIn({ ...claims, sub: 'weak' });
  expect([answer.status, await codeOf(answer), hasSession(answer)]).toEqual([status, code, false]);
  expect(await api.database.db.prisma.account.count({ where: { oidcSubject: 'weak' } })).toBe(0);
  expect(JSON.stringify(api.logged)).not.toContain(STRONG);
});

test('where nothing is expected, nothing is asked, and a provider that says nothing is believed as far as a password', async () => {
  const plain = await startApi({ settings: settingsWith({}) });
  try {
    expect((await signIn({}, plain)).status).toBe(302);
    for (const name of ['acr_values', 'max_age']) expect(provider.lastAsked().has(name)).toBe(false);
  } finally {
    await plain.stop();
  }
});
