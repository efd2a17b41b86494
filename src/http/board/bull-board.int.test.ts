import { createLogger } from 'winston';
import { openQueue, type TaskQueue } from '../../queue/queue.js';
import { type ApiHarness, startApi } from '../../testing/worlds/api-harness.js';
import { signInAs } from '../../testing/servers/browser-client.js';
import { createTestDatabase, type TestDatabase } from '../../testing/servers/test-database.js';
import type { Role } from '../../access/accounts/principal.js';

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

const board = (path: string, init: RequestInit = {}) =>
  fetch(`${api.baseUrl}/admin/queues${path}`, { redirect: 'manual', ...init });
const cookieOf = async (role: Role) => ({ cookie: (await signInAs(api.database.db, role)).cookie });

describe('Bull Board', () => {
  test('is for signed-in admins: a browser is sent to sign in, a lesser one refused, and no key opens it', async () => {
    const browser = await board('/', { headers: { accept: 'text/html,*/*;q=0.8' } });
    expect([browser.status, browser.headers.get('location')]).toEqual([
      303,
      '/admin/sign-in?returnTo=%2Fadmin%2Fqueues',
    ]);
    expect((await board('/')).status).toBe(401);
    expect((await board('/api/queues')).status).toBe(401);
    expect((await board('/static/css/main.css')).status).toBe(401);
    const key = await api.newKey('admin');
    const basic = `Basic ${Buffer.from(`any-user:${key}`).toString('base64')}`;
    for (const authorization of [basic, `Bearer ${key}`])
      expect((await board('/', { headers: { authorization } })).status).toBe(401);
    for (const role of ['viewer', 'operator'] as const)
      expect((await board('/', { headers: await cookieOf(role) })).status).toBe(403);
    const page = await board('/', { headers: await cookieOf('admin') });
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).toContain('Rollcall queues');
    expect(html).toMatch(/<link href="\/admin\/queues\/static\/css/);
    expect(html).not.toMatch(/<base|(href|src)="(?!\/admin\/queues\/)/);
    const script = await board('/base.js', { headers: await cookieOf('admin') });
    expect([script.status, script.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
    expect((await board('/base.js')).status).toBe(401);
    expect(html).not.toMatch(/(href|src)="(https?:)?\/\//);
    const csp = page.headers.get('content-security-policy') ?? '';
    expect(csp).toContain("script-src 'self'");
    expect(csp).toContain("font-src 'self'");
    expect(csp).toContain("base-uri 'none'");
    expect(csp).not.toContain('upgrade-insecure-requests');
    expect(page.headers.get('x-powered-by')).toBeNull();
  });

  test('a session that owes something is sent to the console, which asks for it, and sees nothing', async () => {
    const { accountId, cookie } = await signInAs(api.database.db, 'admin');
    const owe = `UPDATE accounts SET password_expires_at = now() + interval '1 day' WHERE id = $1`;
    await api.database.db.pool.query(owe, [accountId]);
    const page = await board('/', { headers: { cookie, accept: 'text/html,*/*;q=0.8' } });
    expect([page.status, page.headers.get('location')]).toEqual([303, '/']);
    const data = await board('/api/queues', { headers: { cookie } });
    expect([data.status, await data.text()]).toEqual([403, expect.stringContaining('duty_owed')]);
  });

  test('writes come from its own pages only, as JSON or without a body', async () => {
    const key = await cookieOf('admin');
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

  test('a job shows the id of its task and nothing else that it carries', async () => {
    const taskId = '0190c1d2-0000-7000-8000-000000000007';
    const job = await queue.board[0]!.add('sync', { taskId, note: 'a forged note' });
    const { name } = queue.board[0] as unknown as { name: string };
    const shown = await (await board(`/api/queues/${name}/${job.id}`, { headers: await cookieOf('admin') })).text();
    expect(shown).toContain(taskId);
    expect(shown).not.toContain('a forged note');
    await job.remove();
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
      headers: { ...(await cookieOf('admin')), 'sec-fetch-site': 'same-origin' },
    });
    expect(retried.status).toBe(204);
    expect(await queue.backend.queue.getJobState(id)).toBe('waiting');
  });
});
