import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../prisma/migrate.js';
import { type Db, openDb } from '../platform/db.js';
import { startEmbeddedPostgres } from '../platform/embedded-postgres/start.js';
import { type ApiClient, createApiClient } from '../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../testing/worlds/api-harness.js';
import { createApp } from './app.js';
import { createApiKey } from '../access/keys/api-key.store.js';
import { API_TIMEOUTS } from './core/request-settings.js';

const CONNECTIONS = 3;
const PROMISED_MS = 2_000;

let api: ApiHarness;
const opened: { db: Db; server: Server }[] = [];

beforeAll(async () => {
  api = await startApi();
});
afterEach(async () => {
  for (const { db, server } of opened.splice(0)) {
    server.closeAllConnections();
    server.close();
    await db.close();
  }
});
afterAll(() => api.stop());

/** An API with the real timeouts and few connections. */
async function openApi(url: string, timeouts: { statementWithinMs?: number } = {}) {
  const db = openDb({ url, maxConnections: CONNECTIONS, ...API_TIMEOUTS, ...timeouts });
  const { text } = await createApiKey(db.prisma, {
    ...{ name: 'x', role: 'admin', sourceId: null, pushOnly: false, expiresAt: null, createdBy: 'test' },
  });
  const server = createServer(createApp({ ...api.deps, db })).listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push({ db, server });
  return { db, client: createApiClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, text) };
}

/** Everything that a caller may do while the database gives no answer. */
async function askAll(client: ApiClient) {
  const startedAt = performance.now();
  const answers = await Promise.all([
    client.get('/users'),
    client.get('/tasks'),
    client.get('/metrics'),
    client.post('/sources/api/records', { kind: 'user', records: [{ uid: '1' }] }),
    client.post('/sources', { name: 'mine', type: 'push' }),
    client.post('/api/userData:push', { dataType: 'user', records: [{ uid: '1' }] }),
    client.get('/readyz'),
  ]);
  return { answers, tookMs: performance.now() - startedAt };
}

test('a pool whose connections are all taken is a 503 within 2 s that says when to come again, not a hang', async () => {
  const { db, client } = await openApi(api.database.url);
  expect((await client.get('/users')).status).toBe(200);
  const taken = await Promise.all(Array.from({ length: CONNECTIONS }, () => db.pool.connect()));
  try {
    const { answers, tookMs } = await askAll(client);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503));
    expect(tookMs).toBeLessThan(PROMISED_MS);
    expect(answers[0]?.body.code).toBe('database_unavailable');
    expect(answers[0]?.headers.get('content-type')).toMatch('application/problem+json');
    expect(answers.slice(0, 6).map(({ headers }) => headers.get('retry-after'))).toEqual(Array(6).fill('5'));
  } finally {
    for (const connection of taken) connection.release();
  }
  expect((await client.get('/users')).status).toBe(200);
});

test('a statement that takes too long is ended, and is a 503 as well', async () => {
  const { client } = await openApi(api.database.url, { statementWithinMs: 100 });
  const blocker = await api.database.db.pool.connect();
  try {
    await blocker.query('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
    const answer = await client.get('/users');
    expect([answer.status, answer.body.code]).toEqual([503, 'database_busy']);
  } finally {
    await blocker.query('ROLLBACK');
    blocker.release();
  }
  expect((await client.get('/users')).status).toBe(200);
});

test('a PostgreSQL that dies is a 503 within 2 s, and all is well when it is back', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-broken-'));
  let server = await startEmbeddedPostgres({ dataFolder: join(folder, 'data'), settings: { fsync: 'off' } });
  try {
    await server.createDatabase('rollcall');
    await migrate(server.url('rollcall'));
    const { client } = await openApi(server.url('rollcall'));
    expect((await client.get('/users')).status).toBe(200);
    await server.stop();
    const { answers, tookMs } = await askAll(client);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503));
    expect(tookMs).toBeLessThan(PROMISED_MS);
    const { port, dataFolder } = server;
    server = await startEmbeddedPostgres({ dataFolder, port, settings: { fsync: 'off' } });
    expect((await client.get('/users')).status).toBe(200);
  } finally {
    await server.stop();
    await rm(server.dataFolder, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  }
});
