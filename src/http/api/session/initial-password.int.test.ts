import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { ApiAnswer } from '../../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../../testing/worlds/api-harness.js';
import { codeOfApp } from '../../../testing/servers/authenticator-app.js';
import { headersOf, type SignedIn } from '../../../testing/servers/browser-client.js';

const OWN = 'lanterns-over-9-harbours';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());
afterEach(() => api.database.db.pool.query('TRUNCATE sign_in_failures, sessions; DELETE FROM accounts'));

/** Runs `npm run admin`. @returns what it printed; fails when it failed. */
async function admin(...words: string[]): Promise<string> {
  const env = { PATH: process.env['PATH'], DATABASE_URL: api.database.url };
  const args = ['--import', 'tsx', resolve('src/cli/main.ts'), 'admin', ...words];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(text);
  return text;
}
async function makeAda(): Promise<string> {
  const text = await admin('create', '--username', 'ada', '--role', 'admin', '--generate', '--json');
  return (JSON.parse(text) as { password: string }).password;
}
const signIn = (password: string) => api.anonymous().post('/session', { username: 'ada', password });
const personOf = ({ body, headers }: ApiAnswer): SignedIn => ({
  accountId: body.user.id as string,
  cookie: /^rollcall_session=[^;]+/.exec(headers.get('set-cookie') ?? '')?.[0] ?? '',
  csrfToken: body.csrfToken as string,
});
const post = (person: SignedIn, path: string, body?: object) =>
  api.anonymous().send('POST', `/session${path}`, { body, headers: headersOf(person) });
const get = (person: SignedIn, path: string) => api.anonymous().send('GET', path, { headers: headersOf(person) });

test('ASVS 6.4.1: a password that the command made is good for nothing but being changed', async () => {
  const password = await makeAda();
  const answer = await signIn(password);
  expect([answer.status, answer.body.owes]).toEqual([200, 'change_password']);
  const person = personOf(answer);
  expect((await get(person, '/sources')).body.code).toBe('duty_owed');
  expect((await post(person, '/password', { current: password, next: password })).body.code).toBe('weak_password');
  expect((await post(person, '/password', { current: password, next: OWN })).status).toBe(204);
  expect((await get(person, '/session')).body.owes).toBeNull();
  expect((await get(person, '/sources')).status).toBe(200);
  expect((await signIn(password)).status).toBe(401);
  expect((await signIn(OWN)).body.owes).toBeNull();
});

test('ASVS 6.4.1: it opens nothing when it was not changed within seven days; an own one has no end', async () => {
  const password = await makeAda();
  const read = () =>
    api.database.db.pool.query<{ days: number }>(
      'SELECT extract(epoch FROM password_expires_at - now())::float8 / 86400 AS days FROM accounts',
    );
  expect((await read()).rows[0]!.days).toBeCloseTo(7, 1);
  const person = personOf(await signIn(password));
  await api.database.db.pool.query('UPDATE accounts SET password_expires_at = now()');
  const late = await signIn(password);
  expect([late.status, late.body.code, late.headers.get('set-cookie')]).toEqual([403, 'password_expired', null]);
  expect((await signIn('not-that-one-at-all')).body.code).toBe('sign_in_failed');
  const change = await post(person, '/password', { current: password, next: OWN });
  expect(change.body.code).toBe('password_expired');

  const again = JSON.parse(await admin('set-password', '--username', 'ada', '--generate', '--json')) as {
    password: string;
  };
  const next = personOf(await signIn(again.password));
  expect((await post(next, '/password', { current: again.password, next: OWN })).status).toBe(204);
  expect((await read()).rows[0]!.days).toBeNull();
});

test('a new password by the command leaves the second factor; the command takes it away, ends sessions, and says so', async () => {
  const password = await makeAda();
  await api.database.db.pool.query('UPDATE accounts SET password_expires_at = NULL');
  const here = personOf(await signIn(password));
  const { secret, offer } = (await post(here, '/second-factor/offer')).body as Record<string, string>;
  const enrolled = await post(here, '/second-factor/enrol', { password, offer, code: codeOfApp(secret!) });
  expect(enrolled.status).toBe(200);

  const next = JSON.parse(await admin('set-password', '--username', 'ada', '--generate', '--json')) as {
    password: string;
  };
  const asked = await signIn(next.password);
  expect(asked.body.owes).toBe('second_factor');
  // Who found the password cannot even change it.
  expect((await post(personOf(asked), '/password', { current: next.password, next: OWN })).body.code).toBe('duty_owed');

  expect(await admin('reset-second-factor', '--username', 'ada')).toContain('the second factor is removed');
  expect((await get(personOf(asked), '/session')).status).toBe(401);
  expect((await signIn(next.password)).body.owes).toBe('change_password');
  await expect(admin('reset-second-factor', '--username', 'ada')).rejects.toThrow('has no second factor');
  const { rows } = await api.database.db.pool.query<{ detail: object }>(
    `SELECT actor, detail FROM audit_entries WHERE action = 'account.second-factor-reset' AND before_hash <> after_hash`,
  );
  expect(rows).toEqual([{ actor: 'command', detail: { sessions: 1 } }]);
});
