import { queueRechecks } from '../../../tasks/life/queue-rechecks.store.js';
import { MANUAL_SOURCE } from '../../../domain/manual-source.js';
import { recordsMessage } from '../../../testing/fakes/scripted-adapter.js';
import { type ApiClient } from '../../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../../testing/worlds/api-harness.js';
import { createEngine, type Engine, fullRead, type TestSource } from '../../../testing/worlds/engine.js';
import { editByHand, HAND } from '../../../testing/worlds/hand-edits.js';
import { userDetailSchema } from './user-view.js';

let api: ApiHarness;
let admin: ApiClient;
let engine: Engine;
let hr: TestSource;
let ann: string;

beforeAll(async () => {
  api = await startApi();
  engine = createEngine(api.database.db);
  Object.assign(engine.deps, { erasureKey: api.deps.erasureKey });
});
beforeEach(async () => {
  await api.database.reset();
  admin = await api.as('admin');
  hr = await engine.addSource('hr', { matchKeys: ['username'] });
  await say({});
  ann = await idOf('ann');
});
afterAll(() => api.stop());

type Bag = Readonly<Record<string, unknown>>;

const prisma = () => api.database.db.prisma;
const ANN = { uid: 'a', username: 'ann', title: 'Clerk', phone: '+49301234', badge: 7 };
const BEN = { uid: 'b', username: 'ben', email: 'ben@x.com' };

/** A full read of both users. */
async function say(more: Bag, source = hr) {
  source.script.full = fullRead({ user: [{ ...ANN, ...more }, BEN] });
  return engine.sync(source);
}
const idOf = async (username: string) => (await prisma().user.findFirstOrThrow({ where: { username } })).id;
const edit = (body: object, id = ann) => editByHand({ api, engine, caller: admin }, `/users/${id}`, body);
const read = async (id = ann) => (await admin.get(`/users/${id}`)).body as Bag & { readonly suppliedBy: Bag };

describe('R51: a field that is edited by hand', () => {
  test('keeps the value in each sync, also where the source says another one, until it is released', async () => {
    const { status, body } = await edit({ fields: { title: 'CTO' } });
    expect([status, body.title, body.problems]).toEqual([200, 'CTO', []]);
    expect(userDetailSchema.extend({}).strip().parse(body).suppliedBy).toMatchObject({
      title: { source: 'manual' },
      phone: { source: 'hr' },
      'attributes.badge': { source: 'hr' },
    });
    for (const title of ['Clerk', 'Head of clerks']) {
      expect((await say({ title, phone: '+49305678' })).end).toBe('succeeded');
      expect(await read()).toMatchObject({ title: 'CTO', phone: '+49305678' });
    }
    const reset = await edit({ release: ['title'] });
    expect([reset.status, reset.body.title]).toEqual([200, 'Head of clerks']);
    expect(reset.body.suppliedBy.title).toEqual({ source: 'hr' });
    await say({ title: 'Director' });
    expect((await read())['title']).toBe('Director');
  });

  test('may be a custom field, and each of them by itself', async () => {
    const { body } = await edit({ fields: { attributes: { badge: 8, desk: 'A1' } } });
    expect(body.attributes).toEqual({ badge: 8, desk: 'A1' });
    await say({ badge: 9, room: 'B' });
    expect((await read())['attributes']).toEqual({ badge: 8, desk: 'A1', room: 'B' });
    const reset = await edit({ release: ['attributes.badge'] });
    expect(reset.body.attributes).toEqual({ badge: 9, desk: 'A1', room: 'B' });
    expect(reset.body.suppliedBy['attributes.desk']).toEqual({ source: 'manual' });
  });

  test('is empty after the release where no source supplies it', async () => {
    await edit({ fields: { nickname: 'Annie', attributes: { desk: 'A1' } } });
    const { body } = await edit({ release: ['nickname', 'attributes.desk'] });
    expect([body.nickname, body.attributes]).toEqual([null, { badge: 7 }]);
    expect(Object.keys(body.suppliedBy as object)).not.toContain('nickname');
  });

  test('stays empty where it was emptied by hand', async () => {
    await edit({ fields: { phone: null, title: '', attributes: { badge: null } } });
    await say({ phone: '+49305678', title: 'Director', badge: 9 });
    expect(await read()).toMatchObject({ phone: null, title: null, attributes: {} });
    expect((await read()).suppliedBy).toMatchObject({ phone: { source: 'manual' } });
    const { body } = await edit({ release: ['phone', 'title', 'attributes.badge'] });
    expect(body).toMatchObject({ phone: '+49305678', title: 'Director', attributes: { badge: 9 } });
  });

  test('a later edit takes an earlier release, and the reverse, also in one task', async () => {
    const send = (body: object) => admin.patch(`/users/${ann}?wait=0`, body);
    const tasks = [
      await send({ fields: { title: 'CTO', phone: '+491' } }),
      await send({ release: ['title'], fields: { phone: '+492' } }),
      await send({ fields: { title: 'CEO' }, release: ['phone'] }),
    ];
    expect(new Set(tasks.map(({ body }) => body.taskId as string)).size).toBe(1);
    expect(tasks.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect((await engine.sync(HAND, { taskId: tasks[0]!.body.taskId as string })).end).toBe('succeeded');
    expect(await read()).toMatchObject({ title: 'CEO', phone: '+49301234' });
  });

  test('the manager is named by the id of the user', async () => {
    const ben = await idOf('ben');
    const { body } = await edit({ fields: { managerId: ben } });
    expect([body.managerId, body.suppliedBy.managerId]).toEqual([ben, { source: 'manual' }]);
    await say({ managerUid: null, title: 'Director' });
    expect(await read()).toMatchObject({ managerId: ben, title: 'Director' });
    for (const managerId of [ann, crypto.randomUUID()])
      expect((await edit({ fields: { managerId } })).body.code).toBe('invalid_reference');
    expect((await edit({ release: ['managerId'] })).body.managerId).toBeNull();
  });
});

describe('R51: an edit is a task', () => {
  test('with a plan, its changes, its counts and an audit entry', async () => {
    const { body, run } = await edit({ fields: { title: 'CTO' }, release: ['phone'] });
    const task = (await admin.get(`/tasks/${body.taskId}`)).body;
    expect(task).toMatchObject({ source: 'manual', trigger: 'manual', mode: 'delta', status: 'succeeded' });
    expect(run?.counts['user']).toMatchObject({ updated: 1, linked: 0, created: 0 });
    const changes = await admin.all(`/tasks/${body.taskId}/changes?`);
    expect(changes).toMatchObject([
      { action: 'update', targetId: ann, before: { title: 'Clerk' }, after: { title: 'CTO' }, outcome: 'applied' },
    ]);
    const [entry] = await admin.all(`/audit?objectId=${ann}`);
    expect(entry).toMatchObject({
      action: 'user.edit',
      detail: { fields: ['title'], release: ['phone'], taskId: body.taskId },
    });
    expect((await admin.all('/tasks?source=manual')) as object[]).toHaveLength(1);
  });

  test('that is undone: what the sources say now comes back', async () => {
    await edit({ fields: { attributes: { desk: 'A1' } } });
    const { body } = await edit({ fields: { title: 'CTO', nickname: 'Annie', attributes: { badge: 8 } } });
    await say({ title: 'Director' });
    const asked = await admin.post(`/tasks/${body.taskId}/undo`, { reason: 'wrong user' });
    expect([asked.status, asked.body.source]).toEqual([202, 'manual']);
    const undo = await engine.sync(HAND, { taskId: asked.body.id as string });
    expect(undo.end).toBe('succeeded');
    expect(await read()).toMatchObject({ title: 'Director', nickname: null, attributes: { badge: 7, desk: 'A1' } });
    expect((await read()).suppliedBy['title']).toEqual({ source: 'hr' });
    await say({ title: 'Board' });
    expect((await read())['title']).toBe('Board');
  });

  test('whose undo is undone: the edit is back', async () => {
    const { body } = await edit({ fields: { title: 'CTO' } });
    const undo = await engine.sync(HAND, { undoes: body.taskId as string });
    await engine.sync(HAND, { undoes: undo.taskId });
    await say({ title: 'Director' });
    expect(await read()).toMatchObject({ title: 'CTO', suppliedBy: { title: { source: 'manual' } } });
  });

  test('that goes on where it was interrupted, and nothing is lost or done twice', async () => {
    const { body } = await admin.patch(`/users/${ann}?wait=0`, { fields: { title: 'CTO' } });
    const taskId = body.taskId as string;
    for (const phase of ['pull', 'plan', 'apply']) {
      const controller = new AbortController();
      const stop = {
        signal: controller.signal,
        onReport: (report: { phase: string }) => report.phase === phase && controller.abort(new Error('killed')),
      };
      await engine.sync(HAND, { taskId, ...stop }).catch((error: Error) => expect(error.message).toBe('killed'));
    }
    expect((await engine.sync(HAND, { taskId })).end).toBe('succeeded');
    expect((await read())['title']).toBe('CTO');
    expect(await prisma().push.findMany({ select: { taskId: true, result: true } })).toMatchObject([
      { taskId, result: { status: 'succeeded' } },
    ]);
    expect((await prisma().user.findUniqueOrThrow({ where: { id: ann } })).version).toBe(2);
  });

  test('that is planned again where a sync wrote the user between its plan and its page', async () => {
    const { body } = await admin.patch(`/users/${ann}?wait=0`, { fields: { title: 'CTO' } });
    const taskId = body.taskId as string;
    const controller = new AbortController();
    const onReport = ({ phase }: { readonly phase: string }) => {
      if (phase === 'apply') controller.abort(new Error('stopped'));
    };
    await expect(engine.sync(HAND, { taskId, signal: controller.signal, onReport })).rejects.toThrow('stopped');
    expect((await prisma().syncTask.findUniqueOrThrow({ where: { id: taskId } })).status).toBe('applying');
    await say({ title: 'Director', phone: '+49305678' });
    const run = await engine.sync(HAND, { taskId });
    expect([run.end, run.counts['user']]).toMatchObject(['succeeded', { updated: 1, failed: 0 }]);
    expect(await read()).toMatchObject({ title: 'CTO', phone: '+49305678' });
    expect(await prisma().push.findMany()).toMatchObject([{ result: { status: 'succeeded' } }]);
  });

  test('edits of two users at once are both applied', async () => {
    const ben = await idOf('ben');
    const both = await Promise.all(
      [ann, ben].map((id) => admin.patch(`/users/${id}?wait=0`, { fields: { title: `Title of ${id}` } })),
    );
    const taskIds = [...new Set(both.map(({ body }) => body.taskId as string))];
    for (const taskId of taskIds) await engine.sync(HAND, { taskId });
    for (const id of [ann, ben]) expect((await read(id))['title']).toBe(`Title of ${id}`);
  });
});

describe('R12, R51: an e-mail that another user has', () => {
  test('is a field problem; the rest of the edit is applied, and the e-mail comes when it is free', async () => {
    const { status, body } = await edit({ fields: { email: 'Ben@x.com', title: 'CTO' } });
    expect([status, body.email, body.title]).toEqual([200, null, 'CTO']);
    expect(body.problems).toMatchObject([{ field: 'email', code: 'value_taken' }]);
    expect(JSON.stringify(body.problems)).toContain(await idOf('ben'));
    hr.script.full = fullRead({ user: [ANN, { ...BEN, email: 'bo@x.com' }] });
    await engine.sync(hr);
    await queueRechecks(api.deps);
    const recheck = await prisma().syncTask.findFirstOrThrow({
      where: { mode: 'recheck', sourceId: MANUAL_SOURCE.id },
    });
    await engine.sync(HAND, { taskId: recheck.id });
    expect((await read())['email']).toBe('Ben@x.com');
  });
});

describe('R14, R51: an edit keeps no user in force', () => {
  const leave = async () => {
    hr.script.delta = [{ type: 'tombstones', kind: 'user', externalIds: ['a'] }];
    return engine.sync(hr, { mode: 'delta' });
  };

  test('a user whom the only source removes is deactivated, and keeps the edit on the return', async () => {
    await edit({ fields: { title: 'CTO' } });
    await leave();
    expect(await read()).toMatchObject({ active: false, title: 'CTO', links: [] });
    await say({ title: 'Director' });
    expect(await read()).toMatchObject({ active: true, title: 'CTO' });
  });

  test('a deleted user comes back with the edit', async () => {
    await prisma().source.update({ where: { id: hr.id }, data: { removal: 'delete' } });
    await edit({ fields: { title: 'CTO' } });
    await leave();
    expect((await admin.get(`/users/${ann}`)).status).toBe(404);
    await say({ title: 'Director' });
    expect(await read()).toMatchObject({ id: ann, active: true, title: 'CTO' });
  });

  test('an edit of a user out of force does not activate the user', async () => {
    await leave();
    const { body } = await edit({ fields: { title: 'CTO' } });
    expect([body.active, body.title]).toEqual([false, 'CTO']);
  });

  test('a lock that is lifted does not activate a user whom no source lists', async () => {
    await edit({ fields: { title: 'CTO' } });
    await leave();
    await edit({ locked: true });
    expect((await edit({ locked: false })).body).toMatchObject({
      active: false,
      lockedAt: null,
    });
  });

  test('an undo of the task that created the user takes the user out of force', async () => {
    const { id: undoes } = await prisma().syncTask.findFirstOrThrow();
    await edit({ fields: { nickname: 'Annie' } });
    await engine.sync(hr, { undoes });
    expect((await read())['active']).toBe(false);
  });

  test('no task composes rows anew that only edits share (R13)', async () => {
    await edit({ fields: { title: 'CTO' } });
    await admin.patch('/sources/hr', { priority: 5 });
    await admin.delete('/sources/hr?confirm=hr');
    expect(await prisma().syncTask.count({ where: { mode: 'recompose' } })).toBe(0);
    expect(await read()).toMatchObject({ active: true, title: 'CTO', phone: '+49301234' });
  });

  test('a protected user and a locked one can be edited', async () => {
    const both = await edit({ protected: true, fields: { title: 'CTO' } });
    expect([both.status, both.body.protected, both.body.title]).toEqual([200, true, 'CTO']);
    await edit({ locked: true });
    const locked = await edit({ fields: { title: 'CEO' } });
    expect([locked.body.title, locked.body.active]).toEqual(['CEO', false]);
  });
});

test('R10, R51: the link of an edit takes no match: another source still matches the user', async () => {
  await edit({ fields: { nickname: 'Annie' } });
  const crm = await engine.addSource('crm', { matchKeys: ['username'], priority: 5 });
  await say({ title: 'From crm', nickname: 'Anna' }, crm);
  expect(await read()).toMatchObject({ id: ann, title: 'From crm', nickname: 'Annie' });
});

test('R31, R51: many edits at once are not held', async () => {
  const people = Array.from({ length: 12 }, (_, at) => ({ uid: `p${at}`, username: `p${at}`, email: `p${at}@x.com` }));
  hr.script.full = fullRead({ user: [ANN, BEN, ...people] });
  await engine.sync(hr);
  const ids = await Promise.all(people.map(({ username }) => idOf(username)));
  for (const id of ids) await admin.patch(`/users/${id}?wait=0`, { fields: { email: 'old@x.com', title: 'T' } });
  let task = await prisma().syncTask.findFirstOrThrow({ where: { status: 'queued' } });
  await engine.sync(HAND, { taskId: task.id });
  for (const [at, id] of ids.entries())
    await admin.patch(`/users/${id}?wait=0`, { fields: { email: `new${at}@x.com` } });
  task = await prisma().syncTask.findFirstOrThrow({ where: { status: 'queued' } });
  expect((await engine.sync(HAND, { taskId: task.id })).end).toBe('succeeded');
});

describe('R16, R51: an erased user', () => {
  const erase = () => admin.post(`/users/${ann}/erase`, { reason: 'asked', confirm: ann });

  test('cannot be edited, and the earlier edits are gone', async () => {
    await edit({ fields: { title: 'Secret title' } });
    expect((await erase()).status).toBe(200);
    expect((await edit({ fields: { title: 'CTO' } })).body.code).toBe('erased');
    const records = await prisma().knownRecord.findMany({ where: { targetId: ann } });
    const pushes = JSON.stringify(await prisma().push.findMany({ select: { records: true } }));
    expect([records, pushes]).toEqual([[], expect.not.stringContaining('Secret title')]);
  });

  test('an edit that waits meanwhile is skipped', async () => {
    const { body } = await admin.patch(`/users/${ann}?wait=0`, { fields: { title: 'Secret title' } });
    expect((await erase()).status).toBe(200);
    expect((await engine.sync(HAND, { taskId: body.taskId as string })).end).toBe('succeeded');
    expect((await read())['title']).toBeNull();
    expect(JSON.stringify(await prisma().push.findMany({ select: { records: true } }))).not.toContain('Secret title');
  });
});

describe('R51: what cannot be edited', () => {
  test.each([
    [{ fields: { email: 'no address' } }, 422, 'invalid_email'],
    [{ fields: { title: 'n/a' } }, 422, 'no_value'],
    [{ fields: { username: '\u200b' } }, 422, 'invalid_field'],
    [{ fields: { title: 'x'.repeat(256) } }, 422, 'too_long'],
    [{ fields: { attributes: { password: 'x' } } }, 422, 'reserved_field'],
    [{ fields: { attributes: { bio: 'x'.repeat(20_000) } } }, 422, 'too_large'],
    [{ fields: { active: false } }, 422, 'invalid_request'],
    [{ fields: { title: 7 } }, 422, 'invalid_request'],
    [{ fields: {} }, 422, 'invalid_request'],
    [{ release: [] }, 422, 'invalid_request'],
    [{ release: ['active'] }, 422, 'invalid_request'],
    [{ fields: { title: 'CTO' }, release: ['title'] }, 422, 'set_and_released'],
  ])('%j: %s %s', async (body, status, code) => {
    const answer = await edit(body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.errors.length).toBeGreaterThan(0);
    expect(await prisma().push.count()).toBe(0);
  });

  test('a user who is not there', async () => {
    expect((await edit({ fields: { title: 'CTO' } }, crypto.randomUUID())).body.code).toBe('user_not_found');
    const { body } = await admin.patch(`/users/${ann}?wait=0`, { fields: { title: 'CTO' } });
    await prisma().user.delete({ where: { id: ann } });
    const run = await engine.sync(HAND, { taskId: body.taskId as string });
    expect([run.end, run.counts['user']]).toMatchObject(['partial', { skipped: 1, created: 0 }]);
  });

  test('by viewers, operators and keys that are narrowed to a source', async () => {
    const narrowed = await api.as('admin', { sourceId: hr.id });
    for (const caller of [await api.as('viewer'), await api.as('operator'), narrowed])
      expect((await caller.patch(`/users/${ann}`, { fields: { title: 'CTO' } })).status).toBe(403);
  });
});

test('R51: the built-in source is no source that an admin configures', async () => {
  await edit({ fields: { title: 'CTO' } });
  const names = ((await admin.get('/sources')).body.items as { name: string }[]).map(({ name }) => name);
  expect(names).not.toContain('manual');
  expect((await admin.get('/sources/manual')).status).toBe(404);
  expect((await admin.patch('/sources/manual', { priority: 0 })).status).toBe(404);
  expect((await admin.delete('/sources/manual?confirm=manual')).status).toBe(404);
  expect((await admin.post('/sources/manual/sync')).status).toBe(404);
  expect((await admin.post('/sources/manual/records', { kind: 'user', records: [{ uid: ann }] })).status).toBe(404);
  const made = await admin.post('/sources', { name: 'manual', type: 'push', config: {} });
  expect([made.status, made.body.errors]).toMatchObject([422, [{ path: 'name' }]]);
  const typed = await admin.post('/sources', { name: 'other', type: 'manual', config: {} });
  expect([typed.status, typed.body.code]).toEqual([422, 'unknown_source_type']);
  expect(JSON.stringify((await admin.get('/source-types')).body)).not.toContain('"manual"');
  expect((await admin.post('/keys', { name: 'k', role: 'viewer', source: 'manual' })).status).toBe(404);
  expect((await admin.post('/source-types/manual/check', { config: {} })).body.code).toBe('unknown_source_type');
  expect(JSON.stringify((await admin.get('/link-counts')).body)).not.toContain('"manual"');
  expect(JSON.stringify((await admin.get('/source-overviews')).body)).not.toContain('"manual"');
});

test('R3: a push of another source with a key "released" has a custom field of that name', async () => {
  hr.script.delta = [recordsMessage('user', [{ uid: 'a', released: ['title'], flag: { released: true } }])];
  await engine.sync(hr, { mode: 'delta' });
  expect(await read()).toMatchObject({ title: 'Clerk', attributes: { released: ['title'], flag: { released: true } } });
});
