import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSystem, type System, type Task } from '../src/testing/worlds/system.js';
import { createTestDatabase, type TestDatabase } from '../src/testing/servers/test-database.js';
import { waitFor } from '../src/testing/wait-for.js';

const USERS = 12_000;

let database: TestDatabase;
let system: System;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-csv-'));
  const rows = Array.from({ length: USERS }, (_, at) => `${at},user${at},user${at}@example.com`);
  await writeFile(join(folder, 'users.csv'), `uid,username,email\n${rows.join('\n')}\n`);
  database = await createTestDatabase();
  system = await startSystem({ databaseUrl: database.url, csvRoot: folder, workers: 0 });
  const config = { users: { file: 'users.csv' } };
  await system.call('POST', '/api/v1/sources', { name: 'hr', type: 'csv', title: 'HR', config });
});
afterAll(async () => {
  await system?.stop();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

/** Waits until a task has applied at least one page and has more to do. */
async function untilApplying(taskId: string): Promise<void> {
  await waitFor(async () => {
    const { rows } = await database.db.pool.query(
      `SELECT 1 FROM sync_tasks WHERE id = $1 AND status = 'applying' AND mark_id > 0 AND done < total`,
      [taskId],
    );
    return rows.length === 1;
  }, 60_000);
}

async function startTask(worker: ChildProcess): Promise<string> {
  expect(worker.exitCode).toBeNull();
  const { body } = await system.call<Task>('POST', '/api/v1/sources/hr/sync', {});
  return body.id;
}

test('R44: a worker killed while it applies loses nothing and writes nothing twice', async () => {
  const first = await system.startWorker();
  const taskId = await startTask(first);
  await untilApplying(taskId);
  await system.stopWorker(first, 'SIGKILL');
  const second = await system.startWorker();
  const task = await system.untilEnded(taskId);
  expect(task).toMatchObject({ status: 'succeeded', counts: { user: { seen: USERS, created: USERS, failed: 0 } } });
  const { rows } = await database.db.pool.query(
    `SELECT count(*)::int AS users, count(DISTINCT username)::int AS names, max(version) AS version FROM users`,
  );
  expect(rows).toEqual([{ users: USERS, names: USERS, version: 1 }]);
  expect(await system.stopWorker(second)).toBe(0);
});

test('R46: a worker that is asked to stop finishes its page and ends with 0; the next one goes on', async () => {
  const renamed = Array.from({ length: USERS }, (_, at) => `${at},user${at},new${at}@example.com`);
  await writeFile(join(folder, 'users.csv'), `uid,username,email\n${renamed.join('\n')}\n`);
  const first = await system.startWorker();
  const taskId = await startTask(first);
  await waitFor(async () => (await system.untilEnded(taskId)).status === 'held');
  const { body } = await system.call<Task>('GET', `/api/v1/tasks/${taskId}`);
  const planHash = body.held?.planHash;
  await system.call('POST', `/api/v1/tasks/${taskId}/approve`, { planHash, reason: 'a new domain' });
  await untilApplying(taskId);
  const begin = Date.now();
  expect(await system.stopWorker(first)).toBe(0);
  expect(Date.now() - begin).toBeLessThan(25_000);
  await system.startWorker();
  const task = await system.untilEnded(taskId);
  expect(task).toMatchObject({ status: 'succeeded', counts: { user: { seen: USERS, updated: USERS } } });
});
