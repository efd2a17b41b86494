import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FakeWecom, startFakeWecom } from '../src/testing/fakes/fake-wecom.js';
import { seenInTime } from '../src/testing/seen-in-time.js';
import { makeTestCertificates } from '../src/testing/servers/test-certificates.js';
import { startSystem, type System, type Task } from '../src/testing/worlds/system.js';
import { createTestDatabase, type TestDatabase } from '../src/testing/servers/test-database.js';
import { waitFor } from '../src/testing/wait-for.js';
import { fillWecom } from '../src/testing/fakes/wecom-company.js';

let folder: string;
let database: TestDatabase;
let corp: FakeWecom;
let system: System;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-wecom-'));
  const certificates = await makeTestCertificates(folder);
  const [cert, key] = await Promise.all([
    readFile(certificates.certFile, 'utf8'),
    readFile(certificates.keyFile, 'utf8'),
  ]);
  database = await createTestDatabase();
  corp = await startFakeWecom({ tls: { cert, key } });
  fillWecom(corp, { people: 120, departments: 20 });
  system = await startSystem({ databaseUrl: database.url });
  const { corpId, appSecret, callback, baseUrl } = corp;
  const config = { corpId, appSecret, callback, baseUrl, ca: certificates.ca };
  const made = await system.call('POST', '/api/v1/sources', { name: 'wecom', type: 'wecom', title: 'WeCom', config });
  expect(made.status).toBe(201);
});
afterAll(async () => {
  await system?.stop();
  await corp?.stop();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

const sync = async (): Promise<Task> => {
  const { body } = await system.call<{ id: string }>('POST', '/api/v1/sources/wecom/sync');
  return system.untilEnded(body.id);
};

/** What WeCom does: no key, its own signature, and a time limit of 5 s. */
async function callBack(xml: string): Promise<void> {
  const { query, body } = corp.event(xml);
  const signal = AbortSignal.timeout(5_000);
  const response = await fetch(`${system.baseUrl}/hooks/wecom?${query}`, { method: 'POST', body, signal });
  expect([response.status, await response.text()]).toEqual([200, 'success']);
}

const change = (type: string, fields: string): string =>
  `<xml><Event><![CDATA[change_contact]]></Event><ChangeType><![CDATA[${type}]]></ChangeType>${fields}</xml>`;

test('WeCom tries the address, calls back, and what moved is seen within 5 s', async () => {
  expect(await sync()).toMatchObject({ status: 'succeeded' });
  const trial = await fetch(`${system.baseUrl}/hooks/wecom?${corp.trial('7234567890123456789').query}`);
  expect([trial.status, await trial.text()]).toEqual([200, '7234567890123456789']);

  // A worker that has just started compiles what it needs for the first event; that is not what is measured.
  corp.members.get('user0020')!.position = 'Chief';
  await callBack(change('update_user', '<UserID>User0020</UserID>'));
  await waitFor(async () => (await database.db.prisma.user.count({ where: { title: 'Chief' } })) === 1);

  const { prisma } = database.db;
  let gone = 0;
  await seenInTime(database.db, 'WeCom', async (round) => {
    const [moved, left, renamed] = [`00${round}7`, `00${round}8`, `Renamed ${round}`];
    corp.members.get(`user${moved}`)!.department = [3];
    corp.members.delete(`user${left}`);
    corp.departments.get(5)!.name = renamed;
    gone = round;
    // Out of order and twice: a delete also tells of an update.
    await callBack(change('update_user', `<UserID><![CDATA[User${left}]]></UserID>`));
    await callBack(change('delete_user', `<UserID><![CDATA[User${left}]]></UserID>`));
    await callBack(change('update_party', '<Id>5</Id><ParentId>1</ParentId>'));
    await callBack(change('update_user', `<UserID><![CDATA[user${moved}]]></UserID><Department>3</Department>`));
    await waitFor(async () => {
      const found = await Promise.all([
        prisma.membership.count({
          where: { user: { username: `User${moved}` }, department: { title: 'Department 3' } },
        }),
        prisma.user.count({ where: { username: `User${left}`, active: false } }),
        prisma.department.count({ where: { title: renamed } }),
      ]);
      return found.every((count) => count === 1);
    });
  });
  const { body } = await system.call<{ counts: Record<string, object> }>('GET', `/api/v1/tasks/${(await sync()).id}`);
  expect(body.counts['user']).toMatchObject({ unchanged: 120 - gone, updated: 0, removed: 0 });
});
