import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HookRequest } from '../src/sources/source-adapter.js';
import { DINGTALK_EVENTS, dingtalkEventCall } from '../src/testing/fakes/dingtalk-events.js';
import { DINGTALK_APP, FakeDingtalk } from '../src/testing/fakes/fake-dingtalk.js';
import { FakeFeishu, FEISHU_APP } from '../src/testing/fakes/fake-feishu.js';
import { FEISHU_EVENTS, feishuCall, feishuEventCall } from '../src/testing/fakes/feishu-events.js';
import { seenInTime } from '../src/testing/seen-in-time.js';
import { makeTestCertificates } from '../src/testing/servers/test-certificates.js';
import { startSystem, type System, type Task } from '../src/testing/worlds/system.js';
import { createTestDatabase, type TestDatabase } from '../src/testing/servers/test-database.js';
import { waitFor } from '../src/testing/wait-for.js';

let folder: string;
let database: TestDatabase;
let feishu: FakeFeishu;
let dingtalk: FakeDingtalk;
let system: System;
let ca: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-suites-'));
  const { certFile, keyFile, ca: authority } = await makeTestCertificates(folder);
  ca = authority;
  const tls = { cert: await readFile(certFile, 'utf8'), key: await readFile(keyFile, 'utf8') };
  database = await createTestDatabase();
  feishu = await FakeFeishu.start({ tls });
  dingtalk = await FakeDingtalk.start({ tls, stream: true });
  for (let at = 2; at <= 13; at += 1) {
    feishu.tenant.addDepartment(`od-${at}`, `Feishu ${at}`);
    dingtalk.company.addDepartment(at, `DingTalk ${at}`);
  }
  for (let at = 0; at < 60; at += 1) {
    feishu.tenant.addUser(`f${at}`, [`od-${(at % 12) + 2}`]);
    dingtalk.company.addUser(`d${at}`, [(at % 12) + 2]);
  }
  system = await startSystem({ databaseUrl: database.url });
  const configs = {
    feishu: { ...FEISHU_APP, ...FEISHU_EVENTS, baseUrl: feishu.api.url, ca },
    dingtalk: { ...DINGTALK_APP, ...DINGTALK_EVENTS, baseUrl: dingtalk.api.url, newBaseUrl: dingtalk.api.url, ca },
  };
  for (const [type, config] of Object.entries(configs)) {
    const made = await system.call('POST', '/api/v1/sources', { name: type, type, title: type, config });
    expect(made.status).toBe(201);
  }
});
afterAll(async () => {
  await system?.stop();
  await feishu?.close();
  await dingtalk?.close();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

async function sync(name: string): Promise<Task> {
  const { body } = await system.call<{ id: string }>('POST', `/api/v1/sources/${name}/sync`);
  return system.untilEnded(body.id);
}

/** What a suite does: no key, its own signature, and a time limit of 3 s. */
async function callBack(name: string, { query, headers, body }: HookRequest): Promise<string> {
  const url = `${system.baseUrl}/hooks/${name}?${new URLSearchParams({ ...query }).toString()}`;
  const signal = AbortSignal.timeout(3_000);
  const response = await fetch(url, { method: 'POST', headers: { ...headers }, body: new Uint8Array(body), signal });
  const text = await response.text();
  expect([response.status, text]).toEqual([200, expect.any(String)]);
  return text;
}

async function untilSeen(person: { moved: string; left: string }, titles: { place: string; renamed: string }) {
  const { prisma } = database.db;
  await waitFor(async () => {
    const [moved, left, renamed] = await Promise.all([
      prisma.membership.count({ where: { user: { username: person.moved }, department: { title: titles.place } } }),
      prisma.user.count({ where: { username: person.left, active: false } }),
      prisma.department.count({ where: { title: titles.renamed } }),
    ]);
    return moved + left + renamed === 3;
  });
}

test('Feishu tries the address, sends events, and what moved is seen within 5 s', async () => {
  expect(await sync('feishu')).toMatchObject({ status: 'succeeded' });
  let gone = 0;
  const { verificationToken: token } = FEISHU_EVENTS;
  const trial = feishuCall({ type: 'url_verification', challenge: 'abc', token }, Date.now());
  expect(JSON.parse(await callBack('feishu', trial))).toEqual({ challenge: 'abc' });
  const tell = (type: string, object: Record<string, unknown>) =>
    callBack('feishu', feishuEventCall({ type: `contact.${type}_v3`, object }, Date.now()));

  // A worker that has just started compiles what it needs for the first event; that is not what is measured.
  feishu.tenant.users.get('f20')!.jobTitle = 'Chief';
  await tell('user.updated', { user_id: 'f20' });
  await waitFor(async () => (await database.db.prisma.user.count({ where: { title: 'Chief' } })) === 1);

  await seenInTime(database.db, 'Feishu', async (round) => {
    const [moved, left] = [`f${round}7`, `f${round}8`];
    feishu.tenant.users.get(moved)!.departments = [{ id: 'od-3', order: 1, primary: true }];
    feishu.tenant.users.delete(left);
    feishu.tenant.departments.get('od-5')!.name = `Feishu, name ${round}`;
    gone = round;
    // Out of order and twice.
    await tell('user.deleted', { user_id: left, open_id: `ou_${left}` });
    await tell('user.updated', { user_id: left, open_id: `ou_${left}` });
    await tell('department.updated', { open_department_id: 'od-5' });
    await tell('user.updated', { user_id: moved, open_id: `ou_${moved}` });
    await untilSeen({ moved, left }, { place: 'Feishu 3', renamed: `Feishu, name ${round}` });
  });
  const unchanged = 60 - gone;
  expect((await sync('feishu')).counts['user']).toMatchObject({ unchanged, updated: 0, removed: 0 });
});

test('DingTalk tries the address, sends events, and what moved is seen within 5 s', async () => {
  expect(await sync('dingtalk')).toMatchObject({ status: 'succeeded' });
  const tell = (event: Record<string, unknown>) => callBack('dingtalk', dingtalkEventCall(event, Date.now()));
  expect(JSON.parse(await tell({ EventType: 'check_url' }))).toMatchObject({ encrypt: expect.any(String) });

  let gone = 0;
  await seenInTime(database.db, 'DingTalk', async (round) => {
    const [moved, left] = [`d${round}7`, `d${round}8`];
    dingtalk.company.users.get(moved)!.departments = [{ id: 3, order: 1, leader: false }];
    dingtalk.company.users.delete(left);
    dingtalk.company.departments.get(5)!.name = `DingTalk, name ${round}`;
    gone = round;
    await tell({ EventType: 'user_leave_org', UserId: [left] });
    await tell({ EventType: 'user_modify_org', UserId: [moved, left] });
    await tell({ EventType: 'org_dept_modify', DeptId: [5] });
    await untilSeen({ moved, left }, { place: 'DingTalk 3', renamed: `DingTalk, name ${round}` });
  });
  const unchanged = 60 - gone;
  expect((await sync('dingtalk')).counts['user']).toMatchObject({ unchanged, updated: 0, removed: 0 });
});

test('DingTalk by Stream: of two workers one holds the connection, is killed, and the other takes over', async () => {
  const { gateway, company, api } = dingtalk;
  const base = { ...DINGTALK_APP, events: 'stream', baseUrl: api.url, newBaseUrl: api.url, ca };
  const changed = await system.call('PATCH', '/api/v1/sources/dingtalk', { config: base });
  expect(changed.status).toBe(200);
  await waitFor(() => Promise.resolve(gateway.connections === 1));
  const other = await system.startWorker();
  type Workers = { items: { name: string; streams: { source: string; connectedAt: string | null }[] }[] };
  const holder = async () => {
    const { body } = await system.call<Workers>('GET', '/api/v1/workers');
    return body.items.find(({ streams }) => streams.some(({ connectedAt }) => connectedAt !== null))?.name;
  };
  await waitFor(async () => (await holder()) !== undefined);
  const first = await holder();
  expect([gateway.connections, gateway.opened]).toEqual([1, 1]);

  const move = (id: string, to: number) => {
    company.users.get(id)!.departments = [{ id: to, order: 1, leader: false }];
    gateway.tell('user_modify_org', { userId: [id] });
  };
  const { prisma } = database.db;
  const isAt = (username: string, title: string) =>
    waitFor(
      async () => (await prisma.membership.count({ where: { user: { username }, department: { title } } })) === 1,
    );
  await seenInTime(database.db, 'DingTalk by Stream', async (round) => {
    move(`d${round}9`, 4);
    await isAt(`d${round}9`, 'DingTalk 4');
  });

  process.kill(Number(first!.split(':').at(-1)), 'SIGKILL');
  await waitFor(() => Promise.resolve(gateway.connections === 0));
  move('d30', 6);
  await isAt('d30', 'DingTalk 6');
  expect(gateway.connections).toBe(1);
  // Its next round tells.
  await waitFor(async () => (await holder())?.endsWith(`:${other.pid}`) ?? false);

  await system.call('PATCH', '/api/v1/sources/dingtalk', { enabled: false });
  await waitFor(() => Promise.resolve(gateway.connections === 0));
});
