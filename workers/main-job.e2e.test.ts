import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSystem, type System, type Task } from '../src/testing/system.js';
import { createTestDatabase, type TestDatabase } from '../src/testing/test-database.js';

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

  await writeFile(join(folder, 'users.csv'), 'uid,username,email\n1,"ann');
  const broken = await system.call<Task>('POST', '/api/v1/sources/hr/sync', {});
  await writeFile(join(folder, 'other.csv'), '');
  await system.call('PATCH', '/api/v1/sources/hr', { config: { users: { file: '../secret.csv' } } });
  await system.call('POST', `/api/v1/tasks/${broken.body.id}/cancel`);
  expect((await system.untilEnded(broken.body.id)).status).toMatch(/failed|cancelled/);

  await writeFile(join(folder, 'users.csv'), 'uid,username,email\n1,ann,ann@example.com\n2,bob,bo@example.com\n');
  await system.call('PATCH', '/api/v1/sources/hr', { config });
  const retried = await system.call<Task>('POST', `/api/v1/tasks/${broken.body.id}/retry`);
  expect(retried.status).toBe(202);
  const second = await system.untilEnded(broken.body.id);
  expect(second).toMatchObject({ status: 'succeeded', counts: { user: { updated: 1, unchanged: 1 } } });
});
