import type { ApiClient } from '../../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../../testing/worlds/api-harness.js';

let api: ApiHarness;
let admin: ApiClient;

beforeAll(async () => {
  api = await startApi();
  admin = await api.as('admin');
});
afterAll(() => api.stop());

const using = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });

test("a key's text is shown once, works, and stands nowhere", async () => {
  const made = await admin.post('/keys', { name: 'nightly', role: 'operator', source: 'api', pushOnly: true });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({
    name: 'nightly',
    role: 'operator',
    source: 'api',
    pushOnly: true,
    revokedAt: null,
  });
  const { id, key } = made.body as { id: string; key: string };
  const body = { kind: 'user', records: [{ uid: '1' }] };
  const pushed = await api.anonymous().send('POST', '/sources/api/records', { body, ...using(key) });
  expect(pushed.status).toBe(202);
  const listed = await admin.all('/keys');
  expect(listed.find((one: { id: string }) => one.id === id)).not.toHaveProperty('key');
  // The secret may have the sign that parts a key.
  const secret = key.split('_').slice(2).join('_');
  expect(JSON.stringify([listed, await admin.all('/audit'), api.logged])).not.toContain(secret);
  const { rows } = await api.database.db.pool.query('SELECT api_keys::text AS row FROM api_keys');
  expect(JSON.stringify(rows)).not.toContain(secret);
});

test.each([
  [{ role: 'viewer' }, 422, 'invalid_request'],
  [{ name: ' ', role: 'viewer' }, 422, 'invalid_request'],
  [{ name: 'x', role: 'root' }, 422, 'invalid_request'],
  [{ name: 'x', role: 'viewer', pushOnly: true }, 422, 'invalid_request'],
  [{ name: 'x', role: 'viewer', expiresAt: '2020-01-01T00:00:00Z' }, 422, 'invalid_request'],
  [{ name: 'x', role: 'viewer', expiresAt: 'tomorrow' }, 422, 'invalid_request'],
  [{ name: 'x', role: 'viewer', source: 'missing' }, 404, 'source_not_found'],
])('%j is no key', async (body, status, code) => {
  const answer = await admin.post('/keys', body);
  expect([answer.status, answer.body.code]).toEqual([status, code]);
});

test('revoking is final, can be said twice, and is written down', async () => {
  const { id } = (await admin.post('/keys', { name: 'old', role: 'viewer' })).body as { id: string };
  expect((await admin.delete(`/keys/${id}`)).status).toBe(204);
  const before = (await admin.all('/keys')).find((one: { id: string }) => one.id === id) as { revokedAt: string };
  expect((await admin.delete(`/keys/${id}`)).status).toBe(204);
  const after = (await admin.all('/keys')).find((one: { id: string }) => one.id === id) as { revokedAt: string };
  expect(after.revokedAt).toBe(before.revokedAt);
  expect((await admin.delete('/keys/0190c1d2-0000-7000-8000-000000000001')).body.code).toBe('key_not_found');
  const actions = (await admin.all(`/audit?objectId=${id}`)).map((one: { action: string }) => one.action);
  expect(actions).toEqual(['key.revoke', 'key.revoke', 'key.create']);
});

test('deeds are listed from the newest, page by page', async () => {
  for (const name of ['a', 'b', 'c']) await admin.post('/keys', { name, role: 'viewer' });
  const first = await admin.get('/audit?limit=2');
  const second = await admin.get(`/audit?limit=2&cursor=${first.body.nextCursor}`);
  const names = [first, second]
    .flatMap(({ body }) => body.items as { detail: { name?: string } }[])
    .map((one) => one.detail.name);
  expect(names.slice(0, 3)).toEqual(['c', 'b', 'a']);
});
