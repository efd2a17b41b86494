import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { v7 as uuidv7 } from 'uuid';
import { openDb } from '../../../platform/db.js';
import { type ApiClient, createApiClient } from '../../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../../testing/worlds/api-harness.js';
import { createApp } from '../../app.js';

const DAY_MS = 86_400_000;

let api: ApiHarness;
let admin: ApiClient;
let viewer: ApiClient;

beforeAll(async () => {
  api = await startApi();
  [admin, viewer] = [await api.as('admin'), await api.as('viewer')];
});
afterAll(() => api.stop());

const idsOf = (tasks: unknown) => (tasks as { id: string }[]).map(({ id }) => id);

/** A finished task of the source `api`. */
async function addTask(change: Record<string, unknown> = {}): Promise<string> {
  const { prisma } = api.database.db;
  const source = await prisma.source.findUniqueOrThrow({ where: { name: 'api' } });
  const id = uuidv7();
  const at = new Date();
  const counts = { user: { created: 2, updated: 3, removed: 1, skipped: 1 }, department: { linked: 4 } };
  const task = { id, batch: id, sourceId: source.id, trigger: 'push', mode: 'delta', status: 'succeeded', counts };
  await prisma.syncTask.create({ data: { ...task, queuedAt: at, finishedAt: at, costMs: 5, ...change } });
  return id;
}

describe('sources at a glance', () => {
  test('shows the 14 newest tasks, the newest first, and what is held however old it is', async () => {
    const held = await addTask({ status: 'held' });
    const ids: string[] = [];
    for (let at = 0; at < 15; at += 1) ids.unshift(await addTask());
    const { body } = await viewer.get('/source-overviews');
    expect(body.items).toMatchObject([{ name: 'api', heldTaskId: held, nextSync: null }]);
    expect(idsOf(body.items[0].recentTasks)).toEqual(ids.slice(0, 14));
    expect(body.items[0].recentTasks[0]).toMatchObject({ changed: 10, failed: 1, costMs: 5 });
  });

  test('a schedule has a next slot, while the source is enabled', async () => {
    const schedule = { cron: '0 3 * * *', timezone: 'UTC' };
    await admin.post('/sources', {
      name: 'timed',
      type: 'scripted',
      config: { url: 'https://hr.example', token: 't' },
      schedule,
    });
    const read = async () => (await viewer.get('/source-overviews')).body.items[1] as unknown;
    expect(await read()).toMatchObject({
      name: 'timed',
      nextSync: { mode: 'full' },
      recentTasks: [],
      heldTaskId: null,
    });
    await admin.patch('/sources/timed', { enabled: false });
    expect(await read()).toMatchObject({ nextSync: null });
  });

  test('a key narrowed to one source sees that one alone, and its links', async () => {
    const { prisma } = api.database.db;
    const [mine, other] = await Promise.all(
      ['timed', 'api'].map((name) => prisma.source.findUniqueOrThrow({ where: { name } })),
    );
    const known = (sourceId: string, externalId: string, removedAt: Date | null = null) => {
      const ids = { sourceId, externalId, targetId: uuidv7(), taskId: uuidv7() };
      return { ...ids, kind: 'user', hash: new Uint8Array([1]), data: { nickname: 'Ruth' }, removedAt };
    };
    const rows = [known(mine!.id, '1'), known(mine!.id, '2', new Date()), known(other!.id, '1'), known(other!.id, '2')];
    await prisma.knownRecord.createMany({ data: rows });
    const narrowed = await api.as('viewer', { sourceId: mine!.id });
    expect((await narrowed.get('/source-overviews')).body.items).toMatchObject([{ name: 'timed' }]);
    expect((await narrowed.get('/link-counts')).body.items).toEqual([{ source: 'timed', kind: 'user', count: 1 }]);
    expect((await viewer.get('/link-counts')).body.items).toHaveLength(2);
    expect((await narrowed.get('/dashboard')).status).toBe(403);
  });
});

test('the dashboard sums up each day, without dry runs and older days', async () => {
  await api.database.db.prisma.syncTask.deleteMany();
  await addTask();
  await addTask({ status: 'failed', counts: {} });
  await addTask({ dryRun: true });
  await addTask({ finishedAt: new Date(Date.now() - DAY_MS) });
  await addTask({ finishedAt: new Date(Date.now() - 9 * DAY_MS) });
  const { body } = await viewer.get('/dashboard?days=3');
  expect(body.days).toMatchObject([
    { created: 0, tasks: 0 },
    { created: 6, updated: 3, removed: 1, tasks: 1, failedTasks: 0 },
    { created: 6, updated: 3, removed: 1, tasks: 2, failedTasks: 1 },
  ]);
  expect(body).toMatchObject({ queue: { waiting: 3 }, tasks: { succeeded: 4, failed: 1 }, departments: 0 });
  expect(body.warnings).toEqual([]);
});

test('the dashboard warns while the temporary files of a statement have no limit, and says what to do', async () => {
  const url = new URL(api.database.url);
  url.searchParams.set('options', '-c temp_file_limit=-1');
  const db = openDb({ url: url.href });
  const server = createServer(createApp({ ...api.deps, db })).listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { body } = await createApiClient(baseUrl, await api.newKey('viewer')).get('/dashboard');
    const message = expect.stringContaining("SET temp_file_limit = '2GB'");
    expect(body.warnings).toEqual([{ code: 'temp_files_unlimited', message }]);
  } finally {
    server.closeAllConnections();
    server.close();
    await db.close();
  }
});

test('the children of a department come page by page, in the order of siblings, with their members', async () => {
  const { prisma } = api.database.db;
  const [top, ...ids] = [1, 2, 3, 4].map(() => uuidv7());
  const child = (at: number, order: number | null) => {
    return { id: ids[at]!, title: `Child ${at}`, parentId: top!, order, path: [top!, ids[at]!] };
  };
  await prisma.department.create({ data: { id: top!, title: 'Top', path: [top!], isLeaf: false } });
  await prisma.department.createMany({ data: [child(0, null), child(1, 2), child(2, 1)] });
  const user = await prisma.user.create({ data: { id: uuidv7(), nickname: 'Ruth' } });
  await prisma.membership.create({ data: { id: uuidv7(), userId: user.id, departmentId: ids[1]! } });
  expect(await viewer.all('/departments/children')).toMatchObject([{ title: 'Top' }]);
  const first = await viewer.get(`/departments/children?parent=${top}&limit=2`);
  expect(first.body.items).toMatchObject([
    { title: 'Child 2', members: 0 },
    { title: 'Child 1', members: 1 },
  ]);
  const rest = await viewer.get(`/departments/children?parent=${top}&limit=2&cursor=${first.body.nextCursor}`);
  expect([rest.body.items[0].title, rest.body.nextCursor]).toEqual(['Child 0', null]);
});

describe("a task's changes", () => {
  let taskId: string;
  const department = uuidv7();
  beforeAll(async () => {
    const { prisma } = api.database.db;
    taskId = await addTask({ status: 'held', markRank: -1 });
    await prisma.department.create({ data: { id: department, title: 'Research', path: [department] } });
    const line = { taskId, rank: 1, target: 'users', kind: 'user' };
    await prisma.change.createMany({
      data: [
        { ...line, action: 'create', externalId: 'a1', targetId: uuidv7(), after: { nickname: 'Ruth' } },
        { ...line, action: 'update', externalId: 'x1', after: { mainDepartmentId: department } },
        { ...line, action: 'skip', externalId: 'c1', code: 'protected', message: 'Protected.' },
        { ...line, action: 'skip', externalId: 'c2', code: 'protected', message: 'Protected.' },
      ],
    });
  });

  test('are counted by sort', async () => {
    const { body } = await viewer.get(`/tasks/${taskId}/changes/summary`);
    expect(body.items).toEqual([
      { kind: 'user', action: 'skip', outcome: 'skipped', code: 'protected', count: 2, fieldProblems: 0 },
      { kind: 'user', action: 'create', outcome: 'planned', code: null, count: 1, fieldProblems: 0 },
      { kind: 'user', action: 'update', outcome: 'planned', code: null, count: 1, fieldProblems: 0 },
    ]);
  });

  test('are searched in ids and values, and come with the names of what they mention', async () => {
    const find = async (search: string) => {
      const { body } = await viewer.get(`/tasks/${taskId}/changes?search=${search}`);
      return (body.items as { externalId: string }[]).map(({ externalId }) => externalId);
    };
    // No letters that ids are made of.
    expect([await find('ruth'), await find('x1'), await find('%25')]).toEqual([['a1'], ['x1'], []]);
    const { body } = await viewer.get(`/tasks/${taskId}/changes`);
    expect(Object.values(body.names as Record<string, string>).sort()).toEqual(['Research', 'Ruth']);
  });

  test('are a file that spreadsheets may open', async () => {
    const answer = await viewer.get(`/tasks/${taskId}/changes.csv`);
    const lines = String(answer.body).split('\r\n');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="task-.*\.csv"$/);
    expect(lines).toHaveLength(6);
    expect(lines[0]).toContain('kind,externalId,targetId,name,action');
    expect(lines[1]).toMatch(/^user,a1,.*,Ruth,create,planned,,,,"\{""nickname"":""Ruth""\}",,$/);
  });

  test('lead to their record: as it was read, and as it was last applied', async () => {
    const { prisma } = api.database.db;
    const staged = { taskId, kind: 'user', externalId: 'a1', seq: 1n, state: 'present', data: { nickname: 'Ruth' } };
    await prisma.stagedRecord.create({ data: staged });
    const read = (id: string) => viewer.get(`/tasks/${taskId}/record?kind=user&externalId=${id}`);
    expect((await read('a1')).body).toEqual({ read: { nickname: 'Ruth' }, known: null, knownAt: null });
    expect((await read('2')).body).toMatchObject({ read: null, known: { nickname: 'Ruth' } });
    expect((await read('missing')).body.code).toBe('record_not_found');
  });
});

describe('options that are not stored yet', () => {
  const config = { url: 'https://hr.example', token: 'secret-1' };

  test('are tried out by admins only, and are not kept', async () => {
    let seen: unknown;
    api.check = (given) => {
      seen = given;
      return Promise.resolve({ ok: false, code: 'source_auth', hint: 'Grant the right.' });
    };
    const answer = await admin.post('/source-types/scripted/check', { config });
    expect([answer.status, answer.body, seen]).toEqual([
      200,
      { ok: false, code: 'source_auth', hint: 'Grant the right.' },
      config,
    ]);
    expect(await api.database.db.prisma.source.count({ where: { type: 'scripted', name: { not: 'timed' } } })).toBe(0);
    expect((await (await api.as('operator')).post('/source-types/scripted/check', { config })).status).toBe(403);
  });

  test('take a masked secret from the source that has it, never from one of another type', async () => {
    await admin.post('/sources', { name: 'hr', type: 'scripted', config });
    let seen: unknown;
    api.check = (given) => {
      seen = given;
      return Promise.resolve({ ok: true });
    };
    const masked = { ...config, token: '********' };
    await admin.post('/source-types/scripted/check', { config: masked, source: 'hr' });
    expect(seen).toEqual(config);
    const refused = await admin.post('/source-types/scripted/check', { config: masked });
    expect([refused.status, refused.body.code]).toEqual([422, 'invalid_config']);
    expect((await admin.post('/source-types/push/check', { config: {}, source: 'hr' })).body.code).toBe(
      'source_not_found',
    );
    expect((await admin.post('/source-types/nothing/check', { config: {} })).body.code).toBe('unknown_source_type');
  });
});
