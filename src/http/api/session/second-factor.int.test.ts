import { randomBytes } from 'node:crypto';
import { createAccount } from '../../../access/accounts/account.store.js';
import { hashPassword } from '../../../access/passwords/password-hash.js';
import { createKeyring } from '../../../secrets/sealing/keyring.js';
import type { ApiAnswer } from '../../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../../testing/worlds/api-harness.js';
import { codeOfApp, wrongCode } from '../../../testing/servers/authenticator-app.js';
import { headersOf, type SignedIn, signInAs } from '../../../testing/servers/browser-client.js';

const PASSWORD = 'violets-under-7-bridges';

let api: ApiHarness;
let optional: ApiHarness;
let passwordHash: string;
beforeAll(async () => {
  const keyring = createKeyring([{ id: 'k1', key: randomBytes(32) }]);
  optional = await startApi({ keyring });
  const settings = { ...optional.deps.settings, secondFactor: 'required' } as const;
  api = await startApi({ keyring, db: optional.database.db, settings });
  passwordHash = await hashPassword(PASSWORD);
});
afterAll(async () => {
  await api.stop();
  await optional.stop();
});
beforeEach(() =>
  createAccount(optional.database.db.prisma, { username: 'ada', role: 'admin', passwordHash, createdBy: 'test' }),
);
afterEach(() => sql('TRUNCATE sign_in_failures, sessions; DELETE FROM accounts'));

const sql = (text: string, values: unknown[] = []) =>
  optional.database.db.pool.query<Record<string, unknown>>(text, values);
/** As if the codes that were used were of long ago. */
const forgetSteps = () => sql('UPDATE second_factors SET last_step = 0');
const actions = async ({ accountId }: SignedIn) => {
  const { rows } = await sql('SELECT action, detail FROM audit_entries WHERE object_id = $1 ORDER BY id', [accountId]);
  return rows.map(({ action, detail }) => [action, detail]);
};

function personOf({ body, headers }: ApiAnswer): SignedIn {
  const cookie = /^rollcall_session=[^;]+/.exec(headers.get('set-cookie') ?? '')?.[0] ?? '';
  return { accountId: body.user.id as string, cookie, csrfToken: body.csrfToken as string };
}
const post = (person: SignedIn, path: string, body?: object, at = api) =>
  at.anonymous().send('POST', `/session${path}`, { body, headers: headersOf(person) });
const get = (person: SignedIn, path: string) => api.anonymous().send('GET', path, { headers: headersOf(person) });
const signIn = (at = api) => at.anonymous().post('/session', { username: 'ada', password: PASSWORD });

interface Enrolled {
  readonly person: SignedIn;
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
}

async function enrol(at = api): Promise<Enrolled> {
  const person = personOf(await signIn(at));
  const { secret, offer } = (await post(person, '/second-factor/offer', undefined, at)).body as Record<string, string>;
  const body = { password: PASSWORD, offer, code: codeOfApp(secret!) };
  const answer = await post(person, '/second-factor/enrol', body, at);
  expect(answer.status).toBe(200);
  await forgetSteps();
  return { person, secret: secret!, recoveryCodes: answer.body.recoveryCodes as string[] };
}

test('who has no second factor enrols one at the sign-in; the next sign-in asks for its code', async () => {
  const answer = await signIn();
  expect(answer.body).toMatchObject({ user: { username: 'ada' }, owes: 'enrol_second_factor' });
  const person = personOf(answer);
  expect((await get(person, '/sources')).body.code).toBe('duty_owed');
  const offered = (await post(person, '/second-factor/offer')).body as Record<string, string>;
  expect(offered).toMatchObject({
    secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
    uri: expect.stringMatching(/^otpauth:/),
  });
  const { secret, offer } = offered;
  const enrolled = await post(person, '/second-factor/enrol', { password: PASSWORD, offer, code: codeOfApp(secret!) });
  expect(enrolled.body.recoveryCodes).toHaveLength(10);
  expect((await get(person, '/session')).body.owes).toBeNull();
  expect((await get(person, '/sources')).status).toBe(200);

  const again = personOf(await signIn());
  expect((await get(again, '/session')).body.owes).toBe('second_factor');
  // The code that proved the app was used up by that.
  expect((await post(again, '/second-factor', { code: codeOfApp(secret!) })).body.code).toBe('wrong_code');
  await forgetSteps();
  const given = await post(again, '/second-factor', { code: codeOfApp(secret!) });
  expect([given.status, given.body.owes]).toEqual([200, null]);
  expect((await get(personOf(given), '/sources')).status).toBe(200);
  // A new session: the token of the former one is invalid.
  expect(personOf(given).cookie).not.toBe(again.cookie);
  expect((await get(again, '/session')).status).toBe(401);
  expect(await actions(person)).toEqual(
    expect.arrayContaining([
      ['account.second-factor', { replaced: false, sessions: 0 }],
      ['session.start', { via: 'password', role: 'admin', secondFactor: 'app' }],
    ]),
  );
});

test('the own sessions are seen and ended after the code only, and the one that the code began tells its browser', async () => {
  const { person, secret } = await enrol();
  const owing = personOf(await signIn());
  expect((await get(owing, '/sessions')).body.code).toBe('duty_owed');
  const headers = headersOf(owing);
  const body = { password: PASSWORD };
  expect((await api.anonymous().send('POST', '/sessions/end-others', { body, headers })).body.code).toBe('duty_owed');
  expect((await get(person, '/session')).status).toBe(200);
  const firefox = { ...headers, 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0' };
  const code = { code: codeOfApp(secret) };
  const here = personOf(await api.anonymous().send('POST', '/session/second-factor', { body: code, headers: firefox }));
  const { items } = (await get(here, '/sessions')).body as { items: { browser: string | null; isCurrent: boolean }[] };
  expect(items).toHaveLength(2);
  expect(items.find(({ isCurrent }) => isCurrent)?.browser).toBe('Firefox, Linux');
});

test('nothing of secret and codes stands in clear in the database, the log or the audit log', async () => {
  const { secret, recoveryCodes } = await enrol();
  await post(personOf(await signIn()), '/second-factor', { code: recoveryCodes[0] });
  const { rows } = await sql(`
    SELECT (SELECT json_agg(f)::text FROM second_factors f) AS factors, (SELECT json_agg(r)::text FROM recovery_codes r) AS codes,
      (SELECT json_agg(a)::text FROM audit_entries a) AS deeds`);
  const text = JSON.stringify([rows, api.logged]);
  for (const said of [secret, ...recoveryCodes, ...recoveryCodes.map((code) => code.replaceAll('-', ''))])
    expect(text).not.toContain(said);
  expect(rows[0]!['factors']).toContain('"k1:');
});

test('a code counts once, also when it is given many times at once', async () => {
  const { secret } = await enrol();
  const people = [personOf(await signIn()), personOf(await signIn()), personOf(await signIn())];
  const code = codeOfApp(secret);
  const answers = await Promise.all(people.map((person) => post(person, '/second-factor', { code })));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 422, 422]);
});

test('a recovery code stands in for the app once', async () => {
  const { person, recoveryCodes } = await enrol();
  const typed = recoveryCodes[3]!.toLowerCase().replaceAll('-', ' ');
  const given = await post(personOf(await signIn()), '/second-factor', { code: typed });
  expect([given.status, given.body.owes]).toEqual([200, null]);
  expect((await get(personOf(given), '/session/second-factor')).body.recoveryCodesLeft).toBe(9);
  const again = await post(personOf(await signIn()), '/second-factor', { code: typed });
  expect([again.status, again.body]).toMatchObject([422, { code: 'wrong_code', errors: [{ path: 'code' }] }]);
  expect(await actions(person)).toContainEqual([
    'session.start',
    { via: 'password', role: 'admin', secondFactor: 'recovery_code' },
  ]);
});

test('wrong codes are slowed down, and a right password does not forgive them', async () => {
  const { secret, person } = await enrol();
  const codes: string[] = [];
  for (let at = 0; at < 7; at += 1) {
    const answer = await post(personOf(await signIn()), '/second-factor', { code: wrongCode(secret) });
    codes.push(answer.body.code as string);
  }
  expect(codes).toEqual([...Array<string>(5).fill('wrong_code'), 'sign_in_locked', 'sign_in_locked']);
  const right = await post(personOf(await signIn()), '/second-factor', { code: codeOfApp(secret) });
  expect([right.status, right.body.code]).toEqual([429, 'sign_in_locked']);
  expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(20);
  // Two hours later a password's failures would be over; a code's are not.
  await sql(`UPDATE sign_in_failures SET last_at = last_at - interval '2 hours', locked_until = NULL`);
  await post(personOf(await signIn()), '/second-factor', { code: wrongCode(secret) });
  expect((await post(personOf(await signIn()), '/second-factor', { code: wrongCode(secret) })).status).toBe(429);
  await sql('UPDATE sign_in_failures SET locked_until = NULL');
  expect((await post(personOf(await signIn()), '/second-factor', { code: codeOfApp(secret) })).status).toBe(200);
  const refused = (await actions(person)).filter(([action]) => action === 'session.refuse');
  expect(refused).toHaveLength(6);
  expect((await sql(`SELECT 1 FROM sign_in_failures WHERE key = 'code:' || $1`, [person.accountId])).rows).toEqual([]);
});

test('the factor is replaced with password and code; the other sessions end, the former app is worth nothing', async () => {
  const { person, secret } = await enrol();
  const elsewhere = personOf(await post(personOf(await signIn()), '/second-factor', { code: codeOfApp(secret) }));
  await forgetSteps();
  const offered = (await post(person, '/second-factor/offer')).body as Record<string, string>;
  const body = { password: PASSWORD, offer: offered['offer'], code: codeOfApp(offered['secret']!) };
  const present = codeOfApp(secret);
  const enrolWith = (change: object) => post(person, '/second-factor/enrol', { ...body, ...change });
  expect((await enrolWith({})).body).toMatchObject({ code: 'wrong_code', errors: [{ path: 'present' }] });
  expect((await enrolWith({ present: wrongCode(secret) })).body).toMatchObject({ errors: [{ path: 'present' }] });
  expect((await enrolWith({ present, password: 'wrong' })).body).toMatchObject({ errors: [{ path: 'password' }] });
  const other = personOf(await signIn());
  expect((await post(other, '/second-factor/enrol', { ...body, present })).body.code).toBe('duty_owed');
  expect((await enrolWith({ present })).status).toBe(200);
  expect((await get(person, '/sources')).status).toBe(200);
  await forgetSteps();
  expect((await get(elsewhere, '/session')).status).toBe(401);
  const next = personOf(await signIn());
  expect((await post(next, '/second-factor', { code: codeOfApp(secret) })).body.code).toBe('wrong_code');
  expect((await post(next, '/second-factor', { code: codeOfApp(offered['secret']!) })).status).toBe(200);
  expect((await sql('SELECT 1 FROM sessions WHERE account_id = $1', [person.accountId])).rows).toHaveLength(2);
  expect(await actions(person)).toContainEqual(['account.second-factor', { replaced: true, sessions: 2 }]);
});

test.each([
  ['of another session', (offer: string) => ({ offer, elsewhere: true })],
  ['that was changed', (offer: string) => ({ offer: `${offer.slice(0, -8)}AAAAAAA=`, elsewhere: false })],
  ['that is none', () => ({ offer: 'k1:x', elsewhere: false })],
])('an offer %s puts nothing in force', async (_name, change) => {
  const person = personOf(await signIn());
  const { secret, offer } = (await post(person, '/second-factor/offer')).body as Record<string, string>;
  const { elsewhere, ...given } = change(offer!);
  const who = elsewhere ? personOf(await signIn()) : person;
  const answer = await post(who, '/second-factor/enrol', { password: PASSWORD, code: codeOfApp(secret!), ...given });
  expect([answer.status, answer.body.code]).toEqual([422, 'offer_expired']);
});

test('new recovery codes require password and code, and the former ones are invalid', async () => {
  const { person, secret, recoveryCodes } = await enrol();
  const renew = (body: object) => post(person, '/second-factor/recovery-codes', body);
  expect((await renew({ password: 'wrong', code: codeOfApp(secret) })).body.code).toBe('wrong_password');
  expect((await renew({ password: PASSWORD, code: wrongCode(secret) })).body.code).toBe('wrong_code');
  const renewed = (await renew({ password: PASSWORD, code: codeOfApp(secret) })).body.recoveryCodes as string[];
  expect(renewed).toHaveLength(10);
  const next = personOf(await signIn());
  expect((await post(next, '/second-factor', { code: recoveryCodes[0] })).status).toBe(422);
  expect((await post(next, '/second-factor', { code: renewed[0] })).status).toBe(200);
});

test('where it is optional a user without one signs in, it can be ended, and a user with one is asked for its code', async () => {
  expect((await signIn(optional)).body.owes).toBeNull();
  const { person, secret } = await enrol(optional);
  expect((await signIn(optional)).body.owes).toBe('second_factor');
  const proofs = { password: PASSWORD, code: codeOfApp(secret) };
  expect((await post(person, '/second-factor/end', proofs)).body.code).toBe('second_factor_required');
  expect((await post(person, '/second-factor/end', proofs, optional)).status).toBe(204);
  expect((await signIn(optional)).body.owes).toBeNull();
  expect((await sql('SELECT 1 FROM recovery_codes')).rows).toEqual([]);
});

test('keys and people of a provider have none', async () => {
  const byKey = await (await optional.as('admin')).post('/session/second-factor/offer');
  expect([byKey.status, byKey.body.code]).toEqual([403, 'forbidden']);
  const visitor = await signInAs(optional.database.db, 'viewer');
  await sql(`UPDATE sessions SET via = 'oidc' WHERE account_id = $1`, [visitor.accountId]);
  expect((await get(visitor, '/session')).body.owes).toBeNull();
  expect((await post(visitor, '/second-factor/offer')).body.code).toBe('no_password');
});
