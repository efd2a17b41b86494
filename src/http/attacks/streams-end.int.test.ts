import { randomUUID } from 'node:crypto';
import { endSessionsOf } from '../../access/sessions/session.store.js';
import { type ApiHarness, startApi } from '../../testing/worlds/api-harness.js';
import { headersOf, signInAs } from '../../testing/servers/browser-client.js';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

/** A source and a task of it that stays at work. */
async function movingTask(): Promise<string> {
  const { prisma } = api.database.db;
  const source = await prisma.source.findUniqueOrThrow({ where: { name: 'api' } });
  const [waiting] = await prisma.syncTask.findMany({ where: { sourceId: source.id, status: 'queued' } });
  if (waiting) return waiting.id;
  const id = randomUUID();
  await prisma.syncTask.create({
    data: { id, batch: id, sourceId: source.id, trigger: 'push', mode: 'delta', status: 'queued' },
  });
  return id;
}

const streams = [
  ['a task', async () => `/tasks/${await movingTask()}/events`],
  ['all tasks', () => Promise.resolve('/task-events')],
] as const;

/** Opens a stream. @returns what waits for its end, and says how long it took from the call on, in ms. */
async function open(path: string, headers: Readonly<Record<string, string>>) {
  const answer = await fetch(`${api.baseUrl}/api/v1${path}`, { headers });
  expect(answer.status).toBe(200);
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  const ended = (async () => {
    while (!(await reader.read()).done);
    return performance.now();
  })();
  return async () => {
    const from = performance.now();
    return (await ended) - from;
  };
}

const WITHIN_MS = 1_000;

describe.each(streams)('the event stream of %s ends within a second', (_, pathOf) => {
  test('of the revocation of its key, and not before', async () => {
    const untouched = await open(await pathOf(), { authorization: `Bearer ${await api.newKey('viewer')}` });
    const key = await api.newKey('viewer');
    const { id } = await api.database.db.prisma.apiKey.findFirstOrThrow({ orderBy: { createdAt: 'desc' } });
    const end = await open(await pathOf(), { authorization: `Bearer ${key}` });
    const admin = await api.as('admin');
    expect((await admin.delete(`/keys/${id}`)).status).toBe(204);
    expect(await end()).toBeLessThan(WITHIN_MS);
    const stillOpen = await Promise.race([untouched(), new Promise((done) => setImmediate(done, 'open'))]);
    expect(stillOpen).toBe('open');
  });

  test('of the expiry of its key', async () => {
    const key = await api.newKey('viewer');
    const { prisma } = api.database.db;
    const { id } = await prisma.apiKey.findFirstOrThrow({ orderBy: { createdAt: 'desc' } });
    const end = await open(await pathOf(), { authorization: `Bearer ${key}` });
    await prisma.apiKey.update({ where: { id }, data: { expiresAt: new Date() } });
    expect(await end()).toBeLessThan(WITHIN_MS);
  });

  test('of signing out', async () => {
    const person = await signInAs(api.database.db, 'viewer');
    const end = await open(await pathOf(), headersOf(person));
    const signOut = await fetch(`${api.baseUrl}/api/v1/session`, { method: 'DELETE', headers: headersOf(person) });
    expect(signOut.status).toBe(204);
    expect(await end()).toBeLessThan(WITHIN_MS);
  });

  test('of the end of all sessions of its account, as when the account is disabled', async () => {
    const person = await signInAs(api.database.db, 'viewer');
    const end = await open(await pathOf(), headersOf(person));
    await endSessionsOf(api.database.db.prisma, person.accountId);
    expect(await end()).toBeLessThan(WITHIN_MS);
  });
});
