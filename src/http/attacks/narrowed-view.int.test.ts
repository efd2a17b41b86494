import type { ApiClient } from '../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../testing/worlds/api-harness.js';
import { createEngine, type Engine, fullRead, type TestSource } from '../../testing/worlds/engine.js';
import { pushAdapter } from '../../sources/push/push.adapter.js';
import { createInbox } from '../../tasks/inbox/inbox.store.js';
import { Script } from '../../testing/fakes/scripted-adapter.js';
import { apiRoutes } from '../api/api-routes.js';
import { createAuthenticator } from '../../access/authenticator.js';

/**
 * Two sources share a person. Everything that `hr` says is a canary; no route that a key for `shop` may call shows one,
 * in whatever the tasks of `shop` did: match, conflict, link, take over, remove, undo. A viewer of all sources sees
 * them.
 */
const SAID_BY_HR = {
  nickname: 'CANARY-nickname',
  title: 'CANARY-title',
  phone: '+49 30 9999901',
  attributes: { badge: 'CANARY-badge', 'CANARY-name': 'x' },
};
const TEXTS = ['CANARY-nickname', 'CANARY-title', '9999901', 'CANARY-badge', 'CANARY-name'];

let api: ApiHarness;
let admin: ApiClient;
let viewer: ApiClient;
let narrowed: Readonly<Record<'viewer' | 'operator' | 'admin' | 'pushOnly', ApiClient>>;
let engine: Engine;
let shop: TestSource;
/** Ids of rows that `hr` alone knows. */
let foreign: { readonly bob: string; readonly boss: string; readonly carol: string };
/** By what was done: tasks of `shop`, and its pushes. */
const tasks: Record<string, string> = {};
const pushes: string[] = [];
const answers: string[] = [];
/** What the row of the shared person is called right after it was linked anew: to a viewer of `shop`, and of all. */
let names: readonly string[] = [];

beforeAll(async () => {
  api = await startApi();
  admin = await api.as('admin');
  viewer = await api.as('viewer');
  engine = createEngine(api.database.db, { adapters: [pushAdapter({ inbox: createInbox(api.database.db) })] });
  await fillHr();
  shop = await addShop();
  narrowed = {
    viewer: await api.as('viewer', { sourceId: shop.id }),
    operator: await api.as('operator', { sourceId: shop.id }),
    admin: await api.as('admin', { sourceId: shop.id }),
    pushOnly: await api.as('operator', { sourceId: shop.id, pushOnly: true }),
  };
  await playScenes();
}, 120_000);
afterAll(() => api.stop());

const prisma = () => api.database.db.prisma;

async function fillHr(): Promise<void> {
  const hr = await engine.addSource('CANARY-hr', { priority: 10 });
  hr.script.full = fullRead({
    department: [{ uid: 'CANARY-dept', title: 'CANARY-dept' }],
    user: [
      { uid: 'CANARY-boss', username: 'boss', nickname: 'CANARY-boss' },
      {
        uid: 'CANARY-ann',
        email: 'ann@example.com',
        ...SAID_BY_HR,
        managerUid: 'CANARY-boss',
        departments: ['CANARY-dept'],
      },
      { uid: 'CANARY-bob', username: 'bob', email: 'bob@example.com', nickname: 'CANARY-bob' },
      { uid: 'CANARY-carol', username: 'carol', email: 'carol@example.com', nickname: 'CANARY-carol' },
    ],
  });
  expect((await engine.sync(hr)).end).toBe('succeeded');
  const rowOf = async (username: string) => (await prisma().user.findFirstOrThrow({ where: { username } })).id;
  foreign = { bob: await rowOf('bob'), boss: await rowOf('boss'), carol: await rowOf('carol') };
}

async function addShop(): Promise<TestSource> {
  await admin.post('/sources', { name: 'shop', type: 'push', matchKeys: ['email'], priority: 20 });
  await admin.patch('/sources/shop', { guard: { maxPercent: 100, maxRecords: 1_000_000 } });
  const { id } = await prisma().source.findUniqueOrThrow({ where: { name: 'shop' } });
  return { id, name: 'shop', script: new Script() };
}

/** Runs the queued task of `shop`, as a worker would. */
async function work(): Promise<string> {
  let task;
  while (!(task = await prisma().syncTask.findFirst({ where: { status: 'queued', sourceId: shop.id } })))
    await new Promise((resolve) => setImmediate(resolve));
  await engine.sync(shop, { taskId: task.id });
  return task.id;
}

/** Pushes with the narrowest key and waits for the outcome, by both APIs in turn. */
async function push(scene: string, records: readonly object[]): Promise<void> {
  const isNative = pushes.length % 2 === 0;
  const sent = isNative
    ? narrowed.pushOnly.post('/sources/shop/records?wait=60', { kind: 'user', records })
    : narrowed.pushOnly.post('/api/userData:push', { dataType: 'user', sourceName: 'shop', records });
  const [answer, taskId] = await Promise.all([sent, work()]);
  expect([scene, answer.status]).toEqual([scene, 200]);
  answers.push(JSON.stringify(answer.body));
  tasks[scene] = taskId;
  pushes.push((await prisma().push.findFirstOrThrow({ where: { taskId } })).id);
}

async function undo(scene: string, undone: string): Promise<void> {
  const answer = await narrowed.admin.post(`/tasks/${tasks[undone]}/undo`);
  expect([scene, answer.status]).toEqual([scene, 202]);
  answers.push(JSON.stringify(answer.body));
  tasks[scene] = await work();
}

/** Of a task about which only a key without a limit decides; the narrowed keys see the undo. */
async function undoByAdmin(scene: string, undone: string): Promise<void> {
  const refused = await narrowed.admin.post(`/tasks/${tasks[undone]}/undo`);
  expect([scene, refused.status]).toEqual([scene, 403]);
  answers.push(JSON.stringify(refused.body));
  expect((await admin.post(`/tasks/${tasks[undone]}/undo`)).status).toBe(202);
  tasks[scene] = await work();
}

async function playScenes(): Promise<void> {
  // Of the rows that the match keys find, two only look like it; Cyrillic o.
  await push('match_ambiguous', [{ uid: 's0', email: 'b\u043eb@example.com' }]);
  await push('match_ambiguous again', [{ uid: 's0', email: 'b\u043eb@example.com' }]);
  await push('link', [
    { uid: 's1', email: 'ann@example.com', nickname: 'Ann', title: 'Clerk', attributes: { own: 1 } },
  ]);
  await push('match_taken', [{ uid: 's2', email: 'ann@example.com' }]);
  await push('match_taken again', [{ uid: 's2', email: 'ann@example.com' }]);
  await push('value_taken', [{ uid: 's3', username: 'bob' }]);
  await push('value_lookalike', [{ uid: 's4', username: 'b\u043eb' }]);
  await push('update', [{ uid: 's1', phone: '+49 30 1000000', title: 'Head', managerUid: 's3' }]);
  await undo('undo of update', 'update');
  await admin.patch('/sources/shop', { priority: 0 });
  tasks['recompose'] = await work();
  await admin.patch('/sources/shop', { priority: 20 });
  tasks['recompose back'] = await work();
  await undoByAdmin('undo of recompose', 'recompose back');
  await push('remove', [{ uid: 's1', isDeleted: true }]);
  await push('restore', [{ uid: 's1', email: 'ann@example.com', title: 'Back' }]);
  await undo('undo of restore', 'restore');
  await push('link anew', [{ uid: 's5', email: 'ann@example.com', title: 'Anew' }]);
  names = await Promise.all([narrowed.viewer, viewer].map((client) => nameIn(client, 'link anew')));
  await undo('undo of link', 'link anew');
  await push('restore anew', [{ uid: 's5', email: 'ann@example.com', title: 'Anew' }]);
  await leaveAlone();
  await push('delete', [{ uid: 's5', isDeleted: true }]);
  // Nothing of it is applied: the row that it would link is none of its own.
  await narrowed.pushOnly.post('/sources/shop/records', {
    kind: 'user',
    records: [{ uid: 's6', email: 'carol@example.com' }],
  });
  await narrowed.operator.post('/sources/shop/sync', { dryRun: true, mode: 'delta' });
  const dry = await prisma().syncTask.findFirstOrThrow({ where: { status: 'queued', dryRun: true } });
  tasks['dry run'] = (await engine.sync(shop, { taskId: dry.id })).taskId;
}

async function nameIn(client: ApiClient, scene: string): Promise<string> {
  const { body } = await client.get(`/tasks/${tasks[scene]}/changes`);
  return Object.values(body.names as Record<string, string>).join();
}

/** `hr` goes, its values stay on the row (R13); `shop` deletes it with all of them. */
async function leaveAlone(): Promise<void> {
  await prisma().source.update({ where: { name: 'shop' }, data: { removal: 'delete' } });
  await prisma().knownRecord.updateMany({ where: { externalId: 'CANARY-ann' }, data: { removedAt: new Date() } });
}

/** Every narrowed GET route, filled with everything that `shop` has. */
function pathsOfShop(): string[] {
  const { v1, userData, system } = apiRoutes(api.deps, createAuthenticator(api.deps));
  const routes = [v1, userData, system].flatMap(({ prefix, routes }) => routes.map((route) => ({ prefix, route })));
  const open = routes.filter(({ route }) => route.method === 'get' && route.narrowed === 'allowed');
  return open.flatMap(({ prefix, route: { path } }) => fill(`${prefix}${path}`));
}

function fill(path: string): string[] {
  if (path.includes('oidc')) return [];
  if (path.endsWith('/task-events')) return [`${path}?forS=0`];
  const named = path.replace('{name}', 'shop');
  if (!named.includes('{id}')) return [named];
  const ids = named.includes('/pushes/') ? pushes : Object.values(tasks);
  const filled = ids.map((id) => named.replace('{id}', id));
  if (named.endsWith('/changes')) return filled.map((one) => `${one}?limit=200`);
  if (!named.endsWith('/record')) return filled;
  const records = ['s0', 's1', 's2', 's3', 's4', 's5', 's6', 'CANARY-ann'].map((uid) => `?kind=user&externalId=${uid}`);
  return filled.flatMap((one) => records.map((record) => one + record));
}

async function read(client: ApiClient, path: string): Promise<string> {
  const { body } = await client.get(path);
  return typeof body === 'string' ? body : JSON.stringify(body);
}

const changesOf = async (client: ApiClient, scene: string, query = '') =>
  client.all(`/tasks/${tasks[scene]}/changes${query}`);

/** Values of `hr` alone: in no scene does `shop` link these users. */
const secrets = () => [...TEXTS, 'CANARY', ...Object.values(foreign)];

test('every narrowed route is walked, also the ones of a file and of events', () => {
  const paths = pathsOfShop();
  for (const ending of ['changes?limit=200', 'changes.csv', 'changes/summary', '/events', '/pushes/', '/link-counts'])
    expect(paths.some((path) => path.includes(ending))).toBe(true);
  expect(paths.length).toBeGreaterThan(150);
});

test.each(['viewer', 'operator', 'admin', 'pushOnly'] as const)('a narrowed %s key sees nothing of hr', async (who) => {
  let read200 = 0;
  for (const path of pathsOfShop()) {
    // The source's record is asked for by an id of `hr`: the question itself is echoed nowhere.
    const answer = await narrowed[who].get(path);
    if (answer.status === 200) read200 += 1;
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
    for (const secret of secrets()) expect([path, secret, text.includes(secret)]).toEqual([path, secret, false]);
  }
  expect(read200).toBeGreaterThan(who === 'pushOnly' ? 10 : 80);
});

test('control: a viewer of all sources sees each of it by the same routes', async () => {
  const texts = [];
  for (const path of pathsOfShop().filter((one) => /changes\?|changes\.csv/.test(one)))
    texts.push(await read(viewer, path));
  const all = texts.join('\n');
  for (const secret of secrets()) expect([secret, all.includes(secret)]).toEqual([secret, true]);
});

test('answers to pushes, approvals and undos name nothing of hr either', () => {
  expect(answers.length).toBeGreaterThan(12);
  const all = answers.join('\n');
  expect(all).toContain('The match key finds');
  for (const secret of secrets()) expect([secret, all.includes(secret)]).toEqual([secret, false]);
});

test('what is stored and shown of the lines is what the scenes are meant to make', async () => {
  const code = async (scene: string): Promise<string | undefined> => {
    const [line] = (await changesOf(viewer, scene)) as { code: string | null; problems: { code: string }[] }[];
    return line?.code ?? line?.problems[0]?.code;
  };
  expect(await code('match_ambiguous')).toBe('match_ambiguous');
  expect(await code('match_taken')).toBe('match_taken');
  expect(await code('value_taken')).toBe('value_taken');
  expect(await code('value_lookalike')).toBe('value_lookalike');
  expect(await code('delete')).toBe('delete');
});

test('the source sees its own words, and that something is left out', async () => {
  const [link] = await changesOf(narrowed.viewer, 'link');
  expect(link).toMatchObject({ action: 'link', externalId: 's1', partlyHidden: true, before: {} });
  expect(link.after).toEqual({ nickname: 'Ann', title: 'Clerk', attributes: { own: 1 } });
  expect(link.targetId).toMatch(/^[0-9a-f-]{36}$/);
  const [update] = await changesOf(narrowed.viewer, 'update');
  expect(update).toMatchObject({ before: { title: 'Clerk' }, after: { title: 'Head', phone: '+49 30 1000000' } });
  const manager = await prisma().knownRecord.findFirstOrThrow({ where: { sourceId: shop.id, externalId: 's3' } });
  expect([update.after.managerId, update.before]).toEqual([manager.targetId, { title: 'Clerk' }]);
  const [taken] = await changesOf(narrowed.viewer, 'value_taken');
  expect(taken).toMatchObject({ action: 'create', partlyHidden: false });
  expect(taken.problems).toMatchObject([{ field: 'username', code: 'value_taken' }]);
  const [dry] = await changesOf(narrowed.viewer, 'dry run');
  expect(dry).toMatchObject({ action: 'link', externalId: 's6', targetId: null, partlyHidden: true });
});

test('control: a viewer of all sources sees whole lines', async () => {
  const [link] = await changesOf(viewer, 'link');
  expect(link.before).toMatchObject({ nickname: 'CANARY-nickname', title: 'CANARY-title' });
  expect(link.after.attributes).toMatchObject({ own: 1, badge: 'CANARY-badge' });
  expect(link.partlyHidden).toBe(false);
});

test('a name is the one that the own record gives; control: without narrowing it is that of the row', () => {
  expect(names).toEqual(['ann@example.com', 'CANARY-nickname']);
});

test('a search finds nothing by what is hidden, in no task; control: without narrowing it does', async () => {
  const found = new Set<string>();
  for (const secret of secrets()) {
    const query = `?search=${encodeURIComponent(secret)}`;
    for (const scene of Object.keys(tasks)) {
      expect([scene, secret, await changesOf(narrowed.viewer, scene, query)]).toEqual([scene, secret, []]);
      if ((await changesOf(viewer, scene, query)).length > 0) found.add(secret);
    }
  }
  expect(found.size).toBeGreaterThan(5);
});

test('a search finds what the source says', async () => {
  for (const text of ['s1', 'Clerk', 'own'])
    expect([text, (await changesOf(narrowed.viewer, 'link', `?search=${text}`)).length]).toEqual([text, 1]);
});

test('a later guess at a hidden value uncovers no old line', async () => {
  const before = JSON.stringify(await changesOf(narrowed.viewer, 'link anew'));
  await prisma().source.update({ where: { name: 'shop' }, data: { removal: 'deactivate' } });
  const guess = [
    { uid: 's5', nickname: 'CANARY-nickname', title: 'CANARY-title', attributes: { badge: 'CANARY-badge' } },
  ];
  await narrowed.pushOnly.post('/sources/shop/records', { kind: 'user', records: guess });
  await work();
  expect(JSON.stringify(await changesOf(narrowed.viewer, 'link anew'))).toBe(before);
});
