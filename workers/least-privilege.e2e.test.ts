import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../prisma/migrate.js';
import { repeatableRead } from '../src/platform/db.js';
import { verifyAudit } from '../src/audit/verify-audit.store.js';
import { hasDebianPackage } from '../src/testing/servers/debian-package.js';
import { startTestRedis } from '../src/testing/servers/redis.js';
import { startSystem, type Task } from '../src/testing/worlds/system.js';
import { createTestDatabase } from '../src/testing/servers/test-database.js';

const maybe = hasDebianPackage('redis-server', 'redis-server') ? test : test.skip;

maybe('API and workers do all their work as a role that cannot change the audit log', async () => {
  const database = await createTestDatabase();
  const redis = await startTestRedis();
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-csv-'));
  const appUrl = new URL(database.url);
  [appUrl.username, appUrl.password] = ['rollcall_app_e2e', 'lettersanddigits'];
  await migrate(database.url, appUrl.href);
  const system = await startSystem({ databaseUrl: appUrl.href, redisUrl: redis.url, csvRoot: folder });
  try {
    // Many enough for the planner's statistics to be refreshed.
    const rows = Array.from({ length: 2_100 }, (_, at) => `${at},user${at}`).join('\n');
    await writeFile(join(folder, 'users.csv'), `uid,username\n${rows}\n`);
    const config = { users: { file: 'users.csv' } };
    await system.call('POST', '/api/v1/sources', { name: 'hr', type: 'csv', title: 'HR', config });
    const { body: task } = await system.call<Task>('POST', '/api/v1/sources/hr/sync', {});
    expect(await system.untilEnded(task.id)).toMatchObject({
      status: 'succeeded',
      counts: { user: { created: 2_100 } },
    });
    const records = [{ uid: '1', username: 'pushed' }];
    const push = await system.call('POST', '/api/v1/sources/api/records?wait=30', { kind: 'user', records });
    expect(push.status).toBe(200);
    const { body: users } = await system.call<{ items: { id: string }[] }>('GET', '/api/v1/users?search=pushed');
    const id = users.items[0]!.id;
    expect((await system.call('PATCH', `/api/v1/users/${id}`, { locked: true })).status).toBe(200);
    expect((await system.call('POST', `/api/v1/users/${id}/erase`, { reason: 'test', confirm: id })).status).toBe(200);
    const { body: removal } = await system.call<Task>('DELETE', '/api/v1/sources/hr?confirm=hr&removeRecords=true');
    const { held } = (await system.untilEnded(removal.id)) as Task & { held: { planHash: string } };
    const approval = { planHash: held.planHash, reason: 'test' };
    expect((await system.call('POST', `/api/v1/tasks/${removal.id}/approve`, approval)).status).toBe(202);
    expect(await system.untilEnded(removal.id)).toMatchObject({ mode: 'remove', status: 'succeeded' });
    expect((await system.call('GET', '/api/v1/sources/hr')).status).toBe(404);
    expect(await repeatableRead(database.db, (tx) => verifyAudit(tx))).toMatchObject({ whole: true });
    const { rows: who } = await database.db.pool.query<{ usename: string }>(
      `SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name LIKE 'rollcall-%' AND datname = current_database()`,
    );
    expect(who.map(({ usename }) => usename)).toContain('rollcall_app_e2e');
  } finally {
    await system.stop();
    await redis.close();
    await rm(folder, { recursive: true, force: true });
    await database.drop();
  }
});
