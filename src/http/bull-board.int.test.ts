import { createLogger } from 'winston';
import { openQueue, type TaskQueue } from '../queue/queue.js';
import { type ApiHarness, startApi } from '../testing/api-harness.js';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.js';

let api: ApiHarness;
let store: TestDatabase;
let queue: TaskQueue;

beforeAll(async () => {
  store = await createTestDatabase();
  queue = await openQueue({ redisUrl: null, databaseUrl: store.url, logger: createLogger({ silent: true }) });
  api = await startApi({ queue });
});
afterAll(async () => {
  await api.stop();
  await queue.close();
  await store.drop();
});

const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`anybody:${key}`).toString('base64')}` });
const board = (path: string, init: RequestInit = {}) => fetch(`${api.baseUrl}/admin/queues${path}`, init);

describe('Bull Board', () => {
  test('is for admins: 401 without a key, 403 with a lesser or narrowed one', async () => {
    const nobody = await board('/');
    expect(nobody.status).toBe(401);
    expect(nobody.headers.get('www-authenticate')).toMatch(/^Basic/);
    expect((await board('/api/queues')).status).toBe(401);
    expect((await board('/static/css/main.css')).status).toBe(401);
    expect((await board('/', { headers: basic('rck_wrong') })).status).toBe(401);
    for (const role of ['viewer', 'operator'] as const)
      expect((await board('/', { headers: basic(await api.newKey(role)) })).status).toBe(403);
    const { id: sourceId } = await api.database.db.prisma.source.findUniqueOrThrow({ where: { name: 'api' } });
    expect((await board('/', { headers: basic(await api.newKey('admin', { sourceId })) })).status).toBe(403);
    const page = await board('/', { headers: basic(await api.newKey('admin')) });
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).toContain('Rollcall queues');
    expect(html).toMatch(/<link href="static\/css/);
    expect(html).not.toMatch(/(href|src)="(https?:)?\/\//);
    const csp = page.headers.get('content-security-policy') ?? '';
    expect(csp).toContain("script-src 'self'");
    expect(csp).toContain("font-src 'self'");
    expect(csp).not.toContain('upgrade-insecure-requests');
    expect(page.headers.get('x-powered-by')).toBeNull();
  });

  test('writes come from its own pages only, as JSON or without a body', async () => {
    const key = basic(await api.newKey('admin'));
    const [{ name }] = queue.board as unknown as [{ name: string }];
    const write = (headers: Record<string, string>, body: string | null = null) =>
      board(`/api/queues/${name}/pause`, { method: 'PUT', headers: { ...key, ...headers }, body });
    const own = { origin: api.baseUrl };
    expect((await write({})).status).toBe(403);
    expect((await write({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await write({ 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await write({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await write({ origin: 'null' })).status).toBe(403);
    expect((await write({ ...own, 'content-type': 'text/plain' }, '{}')).status).toBe(415);
    expect((await write(own)).ok).toBe(true);
    expect((await write({ 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' }, '{}')).ok).toBe(true);
    await board(`/api/queues/${name}/resume`, { method: 'PUT', headers: { ...key, ...own } });
  });

  test('its Retry puts a failed job back to work', async () => {
    const fail = () => Promise.reject(new Error('no luck'));
    const settings = { concurrency: 1, lockDuration: 60_000, stalledInterval: 15_000, maxStalledCount: 10 };
    const worker = queue.backend.newWorker(fail, settings);
    const failed = new Promise<string>((done) => worker.once('failed', (job) => done(job!.id!)));
    void worker.run();
    await queue.ring('0190c1d2-0000-7000-8000-000000000001', 1);
    const id = await failed;
    await worker.close();
    const [{ name }] = queue.board as unknown as [{ name: string }];
    const retried = await board(`/api/queues/${name}/${id}/retry`, {
      method: 'PUT',
      headers: { ...basic(await api.newKey('admin')), 'sec-fetch-site': 'same-origin' },
    });
    expect(retried.status).toBe(204);
    expect(await queue.backend.queue.getJobState(id)).toBe('waiting');
  });
});
