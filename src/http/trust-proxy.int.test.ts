import { request } from 'node:http';
import type { ApiClient } from '../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../testing/worlds/api-harness.js';

/** What only a proxy may say, as a caller makes it up. */
const FORGED = {
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'https',
  'x-real-ip': '203.0.113.7',
  forwarded: 'for=203.0.113.7;host=evil.example;proto=https',
};
const LIMITS = { perKey: 10_000, wrongKeys: 3 };

let api: ApiHarness;
let admin: ApiClient;
beforeAll(async () => {
  api = await startApi();
  admin = await api.as('admin');
});
afterAll(() => api.stop());

async function addressInAudit(of: ApiHarness, headers: Record<string, string>): Promise<string> {
  const client = await of.as('admin');
  const { body } = await client.post('/keys', { name: 'x', role: 'viewer' }, headers);
  const { body: audit } = await client.get(`/audit?objectId=${String(body.id)}`);
  return (audit as { items: { address: string }[] }).items[0]!.address;
}

test('without TRUST_PROXY the audit log has the address of the connection, whatever a caller says', async () => {
  expect(await addressInAudit(api, FORGED)).toBe('127.0.0.1');
});

test('without TRUST_PROXY wrong keys are counted by the connection, so that a made-up address has no effect', async () => {
  const limited = await startApi({ settings: { ...api.deps.settings, rateLimits: LIMITS } });
  try {
    const statuses: number[] = [];
    for (let at = 0; at < 6; at += 1) {
      const headers = { ...FORGED, 'x-forwarded-for': `203.0.113.${at}`, authorization: 'Bearer rck_wrong' };
      statuses.push((await limited.anonymous().send('GET', '/sources', { headers })).status);
    }
    expect(statuses).toEqual([401, 401, 401, 429, 429, 429]);
  } finally {
    await limited.stop();
  }
});

test('behind one proxy its word counts, and what a caller wrote before it does not', async () => {
  const behind = await startApi({ settings: { ...api.deps.settings, trustProxy: '1' } });
  try {
    const headers = { 'x-forwarded-for': '198.51.100.1, 203.0.113.9' };
    expect(await addressInAudit(behind, headers)).toBe('203.0.113.9');
  } finally {
    await behind.stop();
  }
});

test('proxies that are named by their network are believed, others are not', async () => {
  const named = await startApi({ settings: { ...api.deps.settings, trustProxy: '10.0.0.0/8' } });
  try {
    expect(await addressInAudit(named, FORGED)).toBe('127.0.0.1');
  } finally {
    await named.stop();
  }
});

test('a made-up Host stands in no answer: no link, no redirect, no cookie for it', async () => {
  const headers = { ...FORGED, host: 'evil.example' };
  const key = await api.newKey('admin');
  const paths = ['/', '/admin/queues', '/admin/sign-in', '/api/docs', '/api/openapi.json', '/api/v1/session/options'];
  for (const path of [...paths, '/api/v1/sources', '/api/v1/session/oidc', '/assets', '/healthz', '/nothing']) {
    const answer = await ask(path, { ...headers, authorization: `Bearer ${key}` });
    expect([path, answer]).toEqual([path, expect.not.stringMatching(/evil\.example|203\.0\.113/)]);
  }
  const made = await admin.post('/sources', { name: 'made', type: 'push' }, { 'x-forwarded-host': 'evil.example' });
  expect(made.headers.get('location')).toBe('/api/v1/sources/made');
});

/** Status line, headers and body as one text; fetch would not let the Host be made up. */
function ask(path: string, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    request(`${api.baseUrl}${path}`, { headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve(`${JSON.stringify(answer.headers)}${Buffer.concat(parts).toString()}`));
    })
      .on('error', reject)
      .end();
  });
}
