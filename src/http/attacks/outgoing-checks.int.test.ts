import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Role } from '../../access/accounts/principal.js';
import type { CheckResult } from '../../sources/source-adapter.js';
import { waitFor } from '../../testing/wait-for.js';
import { type ApiHarness, startApi } from '../../testing/worlds/api-harness.js';
import { DEFAULT_SLOT_LIMITS } from '../core/answer-slots.js';

/** Requests that call another system before they are answered: how many of them one caller can have at once. */
let api: ApiHarness;
let keys: Record<'one' | 'other', string>;
const MOST = DEFAULT_SLOT_LIMITS.check;
const config = { url: 'https://hr.example', token: 'x' };
beforeAll(async () => {
  api = await startApi();
  const admin = await api.as('admin');
  expect((await admin.post('/sources', { name: 'hr', type: 'scripted', config })).status).toBe(201);
});
afterAll(() => api.stop());

/** Checks that the adapter has begun and not ended. */
let running: { readonly end: (result: CheckResult) => void }[] = [];
const leaving: AbortController[] = [];

/** An adapter that ends a check when the test lets it, or, if it obeys, when its signal aborts. */
function hold({ obeys }: { readonly obeys: boolean }): void {
  api.check = (_config, signal) =>
    new Promise((done, fail) => {
      const one = { end };
      running.push(one);
      function end(result: CheckResult): void {
        running = running.filter((other) => other !== one);
        done(result);
      }
      if (!obeys) return;
      signal.addEventListener('abort', () => {
        running = running.filter((other) => other !== one);
        fail(signal.reason as Error);
      });
    });
}
beforeEach(async () => {
  keys = { one: await api.newKey('admin'), other: await api.newKey('admin') };
  hold({ obeys: true });
});
afterEach(async () => {
  for (const one of running) one.end({ ok: true });
  for (const one of leaving.splice(0)) one.abort();
  await waitFor(() => Promise.resolve(running.length === 0));
});

const PATHS = { stored: '/sources/hr/check', given: '/source-types/scripted/check' } as const;

function check(key: string, path: string = PATHS.stored, body: object = { config }): Promise<Response> {
  const leave = new AbortController();
  leaving.push(leave);
  return fetch(`${api.baseUrl}/api/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(path === PATHS.given ? { body: JSON.stringify(body) } : {}),
    signal: leave.signal,
  });
}

/** Begins as many checks as a key can have, of both routes. @returns their answers */
async function fill(key: string): Promise<{ readonly answers: readonly Promise<unknown>[] }> {
  const paths = Object.values(PATHS);
  const answers = Array.from({ length: MOST }, (_, at) => check(key, paths[at % 2]).catch(() => null));
  await waitFor(() => Promise.resolve(running.length === MOST));
  return { answers };
}
async function expectRefused(key: string): Promise<void> {
  for (const path of Object.values(PATHS)) {
    const answer = await check(key, path);
    expect([answer.status, await answer.json()]).toMatchObject([429, { code: 'too_many_open' }]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  }
}

/** Waits until a check of the key begins, and ends it. */
async function expectPlace(key: string): Promise<void> {
  api.check = () => Promise.resolve({ ok: true });
  await waitFor(async () => (await check(key)).status === 200);
}

describe('tests of source options of one key', () => {
  test('are refused above the limit; other keys and routes are served; one that ends frees its place', async () => {
    const { answers } = await fill(keys.one);
    await expectRefused(keys.one);
    expect(running).toHaveLength(MOST);
    const other = check(keys.other);
    await waitFor(() => Promise.resolve(running.length === MOST + 1));
    const headers = { authorization: `Bearer ${keys.one}` };
    expect((await fetch(`${api.baseUrl}/api/v1/sources/hr`, { headers })).status).toBe(200);
    running[0]!.end({ ok: true });
    await Promise.race(answers);
    await expectPlace(keys.one);
    for (const one of running) one.end({ ok: true });
    expect((await other).status).toBe(200);
  });

  test('end when their clients leave, without an error in the log', async () => {
    const logged = api.logged.length;
    await fill(keys.one);
    for (const one of leaving.splice(0)) one.abort();
    await waitFor(() => Promise.resolve(running.length === 0));
    await expectPlace(keys.one);
    expect(api.logged.slice(logged).filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('of an adapter that does not end count although their clients have left', async () => {
    hold({ obeys: false });
    await fill(keys.one);
    const logged = api.logged.length;
    for (const one of leaving.splice(0)) one.abort();
    const left = () => api.logged.slice(logged).filter(({ route }) => String(route).endsWith('/check')).length;
    await waitFor(() => Promise.resolve(left() === MOST));
    await expectRefused(keys.one);
    expect(running).toHaveLength(MOST);
    for (const one of running) one.end({ ok: true });
    await expectPlace(keys.one);
  });

  test('leave nothing behind when they are refused or fail', async () => {
    api.check = () => Promise.reject(new Error('broken'));
    for (let at = 0; at < 2 * MOST; at += 1) {
      const answers = [
        await check(keys.one),
        await check(keys.one, '/sources/unknown/check'),
        await check(keys.one, PATHS.given, { config: {} }),
        await check(keys.one, PATHS.given, {}),
      ];
      expect(answers.map(({ status }) => status)).toEqual([200, 404, 422, 422]);
    }
    await expectPlace(keys.one);
  });
});

describe('sign-ins that wait for the identity provider', () => {
  let provider: Server;
  let limited: ApiHarness;
  let waiting: ServerResponse[] = [];
  beforeAll(async () => {
    let issuer = '';
    provider = createServer((request, response) => {
      if (request.url === '/token') return void waiting.push(response);
      const document = { issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
    }).listen(0, '127.0.0.1');
    await once(provider, 'listening');
    issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
    const oidc = { issuer, clientId: 'rollcall', clientSecret: 'x', title: 'Company', roleClaim: 'groups' };
    const settings = { trustProxy: null, secondFactor: 'optional', publicUrl: 'http://rollcall.test' } as const;
    const slotLimits = { ...DEFAULT_SLOT_LIMITS, signIn: 2 };
    limited = await startApi({
      settings: { ...settings, oidc: { ...oidc, roleMap: new Map<string, Role>() }, slotLimits },
    });
  });
  afterAll(async () => {
    await limited.stop();
    provider.closeAllConnections();
    provider.close();
  });

  /** As a client that made up its cookie: none of our tokens is in it. */
  function comeBack(): Promise<Response> {
    const state = 's'.repeat(30);
    const trip = { state, nonce: 'n'.repeat(30), verifier: 'v'.repeat(50), returnTo: '/' };
    const cookie = `rollcall_oidc=${Buffer.from(JSON.stringify(trip)).toString('base64url')}`;
    return fetch(`${limited.baseUrl}/api/v1/session/oidc/callback?code=x&state=${state}`, { headers: { cookie } });
  }

  test('are refused above the limit of an address, and free their places when they end', async () => {
    const begun = [comeBack(), comeBack()];
    await waitFor(() => Promise.resolve(waiting.length === 2));
    const refused = await comeBack();
    expect([refused.status, await refused.json()]).toMatchObject([429, { code: 'too_many_open' }]);
    for (const response of waiting) response.writeHead(400).end('{}');
    expect((await Promise.all(begun)).map(({ status }) => status)).toEqual([401, 401]);
    waiting = [];
    const next = comeBack();
    await waitFor(() => Promise.resolve(waiting.length === 1));
    waiting[0]!.writeHead(400).end('{}');
    expect((await next).status).toBe(401);
  });
});
