import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failForGood } from '../src/testing/fail-for-good.js';
import { waitFor } from '../src/testing/wait-for.js';
import { startSystem, type System, type Task } from '../src/testing/worlds/system.js';
import { createTestDatabase, type TestDatabase } from '../src/testing/servers/test-database.js';

let database: TestDatabase;
let system: System;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-csv-'));
  await writeFile(join(folder, 'users.csv'), 'uid,username,email\n1,ann,ann@example.com\n2,bo,bo@example.com\n');
  database = await createTestDatabase();
  system = await startSystem({ databaseUrl: database.url, csvRoot: folder });
});
afterAll(async () => {
  await system?.stop();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

test('the main job: a source is added, synced by a worker, fails, and is retried through the endpoint', async () => {
  const config = { users: { file: 'users.csv' } };
  const added = await system.call('POST', '/api/v1/sources', { name: 'hr', type: 'csv', title: 'HR', config });
  expect(added.status).toBe(201);
  const check = await system.call('POST', '/api/v1/sources/hr/check');
  expect(check.body).toMatchObject({ ok: true });

  const started = await system.call<Task>('POST', '/api/v1/sources/hr/sync', {});
  expect(started.status).toBe(202);
  const first = await system.untilEnded(started.body.id);
  expect(first).toMatchObject({ status: 'succeeded', counts: { user: { seen: 2, created: 2 } } });
  const users = await system.call<{ items: unknown[] }>('GET', '/api/v1/users');
  expect(users.body.items).toHaveLength(2);

  await rm(join(folder, 'users.csv'));
  const broken = await system.call<Task>('POST', '/api/v1/sources/hr/sync', {});
  await failForGood(database.db, broken.body.id);
  const failed = await system.untilEnded(broken.body.id);
  expect(failed).toMatchObject({ status: 'failed', error: { code: 'source_unavailable' } });

  await writeFile(join(folder, 'users.csv'), 'uid,username,email\n1,ann,ann@example.com\n2,bob,bo@example.com\n');
  const retried = await system.call<Task>('POST', `/api/v1/tasks/${broken.body.id}/retry`);
  expect(retried).toMatchObject({ status: 202, body: { id: broken.body.id } });
  const second = await system.untilEnded(broken.body.id);
  expect(second).toMatchObject({ status: 'succeeded', counts: { user: { updated: 1, unchanged: 1 } } });
});

test('R50: the raw records are in their log, and no person is named in the system log', async () => {
  const day = new Date().toISOString().slice(0, 10);
  const raw = await readFile(join(system.logDir, 'user-data-sync', `${day}.log`), 'utf8');
  expect(raw).toContain('ann@example.com');
  const logs = (await readdir(system.logDir)).filter((name) => name.startsWith('system-'));
  const text = await Promise.all(logs.map((name) => readFile(join(system.logDir, name), 'utf8')));
  expect(text.join('')).toContain('task ended');
  expect(text.join('')).not.toContain('example.com');
});

test('a schedule makes a task by itself, and several workers make no second one', async () => {
  await Promise.all([system.startWorker(), system.startWorker()]);
  const schedule = { cron: '* * * * *', timezone: 'Europe/Berlin' };
  const { status } = await system.call('PATCH', '/api/v1/sources/hr', { schedule });
  expect(status).toBe(200);
  const scheduled = async () =>
    (await system.call<{ items: Task[] }>('GET', '/api/v1/tasks?source=hr&trigger=schedule')).body.items;
  // The slot before the change counts as missed or the next minute begins: one task within little more than a minute.
  await waitFor(async () => (await scheduled()).length > 0, 75_000);
  const [task] = await scheduled();
  expect((await system.untilEnded(task?.id ?? '')).status).toBe('succeeded');
  const { rows } = await database.db.pool.query<{ slots: number; tasks: number }>(
    `SELECT count(DISTINCT scheduled_for)::int AS slots, count(*)::int AS tasks FROM sync_tasks WHERE trigger = 'schedule'`,
  );
  expect(rows[0]?.tasks).toBe(rows[0]?.slots);
});
