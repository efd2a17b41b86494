import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { HeldPlan } from '../../../domain/task.js';
import { Prisma } from '../../../platform/db.js';
import type { RecordTarget } from '../../../targets/target.js';
import { claimTask } from '../../../tasks/life/claim-task.store.js';
import { prune } from '../../../tasks/retention/prune.js';
import { RETENTION } from '../../../tasks/retention/retention.js';
import { departmentsOf, treeFaults, usersOf } from '../../../testing/look.js';
import type { ApiClient } from '../../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../../testing/worlds/api-harness.js';
import {
  createEngine,
  type Engine,
  fullRead,
  type SourceSettings,
  type SyncOptions,
  type TestSource,
} from '../../../testing/worlds/engine.js';

/** R17: a source that is deleted with its records goes by a task: planned, guarded, held, approved, undone. */
let api: ApiHarness;
let admin: ApiClient;
let engine: Engine;
beforeAll(async () => {
  api = await startApi();
  engine = createEngine(api.database.db, { targets: [roomsTarget] });
  await api.database.db.pool.query(
    'CREATE TABLE rooms (id uuid PRIMARY KEY, title text, gone boolean NOT NULL DEFAULT false, version int NOT NULL DEFAULT 1)',
  );
});
beforeEach(async () => {
  await api.database.reset();
  api.rung.length = 0;
  admin = await api.as('admin');
});
afterAll(() => api.stop());

type Row = Readonly<Record<string, unknown>>;
type Task = { readonly id: string; readonly status: string; readonly mode: string; readonly joined: boolean };

const prisma = () => api.database.db.prisma;
const db = () => api.database.db;
const rowOf = (id: string) => prisma().syncTask.findUniqueOrThrow({ where: { id } });
const guarded: SourceSettings = { matchKeys: ['username'], priority: 2, guard: {} };

async function read(source: TestSource, records: Readonly<Record<string, readonly Row[]>>): Promise<void> {
  source.script.full = fullRead(records);
  expect((await engine.sync(source)).end).toBe('succeeded');
}

/** Asks for the deletion with the records; its task waits for a worker. */
async function remove(source: TestSource): Promise<Task> {
  const answer = await admin.delete(`/sources/${source.name}?confirm=${source.name}&removeRecords=true`);
  expect(answer.status).toBe(202);
  const task: Task = answer.body;
  return task;
}
const work = (source: TestSource, task: { readonly id: string }, options: SyncOptions = {}) =>
  engine.sync(source, { ...options, taskId: task.id });
async function approve(source: TestSource, task: { readonly id: string }): Promise<string> {
  const { planHash } = (await rowOf(task.id)).held as unknown as HeldPlan;
  expect((await admin.post(`/tasks/${task.id}/approve`, { planHash, reason: 'seen' })).status).toBe(202);
  return (await work(source, task, { approve: planHash })).end;
}

const people = (count: number, more: (at: number) => Row) =>
  Array.from({ length: count }, (_, at) => ({
    uid: `h${at}`,
    username: `n${String(at).padStart(4, '0')}`,
    ...more(at),
  }));

/** 30 people of `hr` in a department of it; `crm` has the first ten of them too, and a department of its own. */
async function shared(removal: 'deactivate' | 'delete' | 'keep' = 'deactivate') {
  const hr = await engine.addSource('hr', { ...guarded, removal });
  const crm = await engine.addSource('crm', { matchKeys: ['username'], priority: 1 });
  await read(hr, {
    department: [
      { uid: 'a', title: 'A' },
      { uid: 'b', title: 'B', parentUid: 'a' },
    ],
    user: people(30, () => ({ title: 'by hr', nickname: 'hr', departments: ['b'] })),
  });
  await read(crm, {
    department: [{ uid: 'c', title: 'C' }],
    user: people(10, () => ({ title: 'by crm', departments: ['c'] })),
  });
  return { hr, crm };
}
const everything = async ({ hr, crm }: { hr: TestSource; crm: TestSource }) => ({
  hr: { users: await usersOf(db(), hr), departments: await departmentsOf(db(), hr) },
  crm: { users: await usersOf(db(), crm), departments: await departmentsOf(db(), crm) },
});

describe('a source that shares people with another', () => {
  test('is held, approved and deleted; shared people get the values of the other source; the undo brings all back', async () => {
    const sources = await shared();
    const was = await everything(sources);
    const task = await remove(sources.hr);
    expect(task).toMatchObject({ mode: 'remove', status: 'queued', joined: false });
    expect(api.rung).toEqual([task.id]);
    expect((await admin.get('/sources/hr')).body).toMatchObject({ deletion: { taskId: task.id } });

    expect((await work(sources.hr, task)).end).toBe('held');
    expect(await everything(sources)).toEqual(was);
    const { reasons } = (await rowOf(task.id)).held as unknown as HeldPlan;
    expect(reasons).toContainEqual(expect.objectContaining({ code: 'removals', kind: 'user', count: 30, limit: 10 }));
    expect((await admin.get('/sources/hr')).body).toMatchObject({ deletion: { taskId: task.id } });

    expect(await approve(sources.hr, task)).toBe('succeeded');
    expect((await admin.get('/sources/hr')).status).toBe(404);
    const users = await prisma().user.findMany({ orderBy: { username: 'asc' }, include: { memberships: true } });
    expect(users.map(({ active, title, nickname }) => ({ active, title, nickname }))).toEqual([
      ...Array.from({ length: 10 }, () => ({ active: true, title: 'by crm', nickname: 'hr' })),
      ...Array.from({ length: 20 }, () => ({ active: false, title: 'by hr', nickname: 'hr' })),
    ]);
    expect(users.map(({ memberships }) => memberships.length)).toEqual(
      Array.from({ length: 30 }, (_, at) => (at < 10 ? 1 : 0)),
    );
    expect(await prisma().department.count({ where: { removedAt: null } })).toBe(1);
    expect(await treeFaults(db())).toEqual([]);

    const undo = await admin.post(`/tasks/${task.id}/undo`, { reason: 'the wrong one' });
    expect(undo.status).toBe(202);
    expect((await admin.get('/sources/hr')).body).toMatchObject({ enabled: false, deletion: null });
    const back = await work(sources.hr, undo.body as { id: string });
    if (back.end === 'held') expect(await approve(sources.hr, { id: back.taskId })).toBe('succeeded');
    expect(await everything(sources)).toEqual(was);
    expect(await treeFaults(db())).toEqual([]);
  });

  test('R14: with the policy `delete` the rows come back with their ids', async () => {
    const sources = await shared('delete');
    const was = await everything(sources);
    const ids = async () => (await prisma().user.findMany({ orderBy: { id: 'asc' } })).map(({ id }) => id);
    const before = await ids();
    const task = await remove(sources.hr);
    await work(sources.hr, task);
    expect(await approve(sources.hr, task)).toBe('succeeded');
    expect(await ids()).toHaveLength(10);
    const { body } = await admin.post(`/tasks/${task.id}/undo`);
    await work(sources.hr, body as { id: string });
    expect(await ids()).toEqual(before);
    expect(await everything(sources)).toEqual(was);
  });

  test('R14: with the policy `keep` people and memberships stay, shared values are the other source’s', async () => {
    const sources = await shared('keep');
    const task = await remove(sources.hr);
    await work(sources.hr, task);
    expect(await approve(sources.hr, task)).toBe('succeeded');
    expect(await prisma().user.count({ where: { active: true, title: 'by crm' } })).toBe(10);
    expect(await prisma().user.count({ where: { active: true, title: 'by hr' } })).toBe(20);
    const one = await prisma().user.findFirstOrThrow({ where: { username: 'n0029' } });
    expect((await admin.get(`/users/${one.id}`)).body).toMatchObject({
      links: [],
      departments: [{ title: 'B', source: null }],
    });
  });

  test('R21: a department of another source below one that goes becomes a root', async () => {
    const { hr } = await shared();
    const top = await prisma().department.findFirstOrThrow({ where: { title: 'A' } });
    await prisma().department.updateMany({ where: { title: 'C' }, data: { parentId: top.id } });
    const task = await remove(hr);
    await work(hr, task);
    expect(await approve(hr, task)).toBe('succeeded');
    const { id, parentId, path, isLeaf } = await prisma().department.findFirstOrThrow({ where: { title: 'C' } });
    expect({ parentId, path, isLeaf }).toEqual({ parentId: null, path: [id], isLeaf: true });
  });

  test('R11: a protected user stays active, and its link ends', async () => {
    const hr = await engine.addSource('hr');
    await read(hr, { user: people(2, () => ({})) });
    await prisma().user.updateMany({ where: { username: 'n0000' }, data: { protected: true } });
    const task = await remove(hr);
    expect((await work(hr, task)).end).toBe('succeeded');
    expect(await prisma().user.findMany({ orderBy: { username: 'asc' } })).toMatchObject([
      { active: true, protected: true },
      { active: false },
    ]);
    expect(await prisma().knownRecord.count({ where: { removedAt: null } })).toBe(0);
    const { body } = await admin.get(`/tasks/${task.id}/changes?code=protected`);
    expect(body['items']).toMatchObject([{ action: 'remove', code: 'protected' }]);
  });
});

describe('while a source is being deleted', () => {
  async function held() {
    const sources = await shared();
    const task = await remove(sources.hr);
    await work(sources.hr, task);
    return { ...sources, task };
  }

  test('it takes no syncs and pushes, and a second deletion joins the first', async () => {
    const { hr, task } = await held();
    const full = await prisma().syncTask.findFirstOrThrow({ where: { sourceId: hr.id, mode: 'full' } });
    await prisma().syncTask.update({ where: { id: full.id }, data: { status: 'failed' } });
    await prisma().source.update({ where: { name: 'hr' }, data: { type: 'push' } });
    const refused = [
      await admin.post('/sources/hr/sync'),
      await admin.post('/sources/hr/records', { kind: 'user', records: [{ uid: 'new' }] }),
      await admin.post(`/tasks/${full.id}/retry`),
      await admin.delete('/sources/hr?confirm=hr'),
    ];
    for (const { status, body } of refused) expect([status, body.code]).toEqual([409, 'source_being_deleted']);
    expect(await prisma().push.count()).toBe(0);
    expect(await remove(hr)).toMatchObject({ id: task.id, joined: true });
    const { body } = await admin.get('/source-overviews');
    expect(body['items']).toContainEqual(expect.objectContaining({ name: 'hr', deletion: { taskId: task.id } }));
  });

  test.each([
    ['cancelled', (id: string) => admin.post(`/tasks/${id}/cancel`)],
    ['rejected', (id: string) => admin.post(`/tasks/${id}/reject`, { reason: 'no' })],
  ] as const)('%s: the source stays as it was', async (_name, end) => {
    const { hr, crm, task } = await held();
    const was = await everything({ hr, crm });
    expect((await end(task.id)).body).toMatchObject({ status: 'cancelled' });
    expect((await admin.get('/sources/hr')).body).toMatchObject({ enabled: true, deletion: null });
    expect(await everything({ hr, crm })).toEqual(was);
    await read(hr, { user: people(30, () => ({ title: 'again' })) });
  });

  test('what waits for it ends with it: tasks, pushes, keys', async () => {
    const hr = await engine.addSource('hr');
    await read(hr, { user: people(2, () => ({})) });
    const push = { id: uuidv7(), sourceId: hr.id, kind: 'user', records: [{ uid: 'late' }], recordCount: 1 };
    await prisma().push.create({ data: push });
    const waiting = { id: uuidv7(), batch: 'w', sourceId: hr.id, trigger: 'push', mode: 'delta', status: 'queued' };
    await prisma().syncTask.create({ data: waiting });
    const key = await api.as('operator', { sourceId: hr.id });
    const task = await remove(hr);
    expect((await work(hr, task)).end).toBe('succeeded');
    expect(await rowOf(waiting.id)).toMatchObject({ status: 'cancelled', errorCode: 'source_deleted' });
    expect((await admin.get(`/pushes/${push.id}`)).body).toMatchObject({
      source: 'hr',
      result: { status: 'cancelled', taskId: task.id, error: { code: 'source_deleted' } },
    });
    expect((await key.get('/tasks')).status).toBe(401);
    expect(await claimTask({ db: db() }, { taskId: waiting.id, worker: 'w' })).toMatchObject({ claimed: false });
  });
});

describe('a crash in the middle', () => {
  /** Aborts the run when so many changes are applied: what a crash between two pages leaves. */
  function crashAfter(changes: number): SyncOptions {
    const controller = new AbortController();
    return {
      signal: controller.signal,
      onReport: ({ phase, done }) => {
        if (phase === 'apply' && done >= changes) controller.abort(new Error('the worker is gone'));
      },
    };
  }

  test.each([0, 1, 1_100])(
    'after %i changes: the next worker ends it, and the undo takes all back',
    async (changes) => {
      const hr = await engine.addSource('hr');
      const crm = await engine.addSource('crm', { matchKeys: ['username'], priority: -1 });
      const department = [{ uid: 'a', title: 'A' }];
      await read(hr, { department, user: people(1_200, () => ({ title: 'by hr', departments: ['a'] })) });
      await read(crm, { user: people(600, () => ({ title: 'by crm' })) });
      const was = await everything({ hr, crm });
      const task = await remove(hr);
      await expect(work(hr, task, crashAfter(changes))).rejects.toThrow('the worker is gone');
      expect((await admin.get('/sources/hr')).body).toMatchObject({ deletion: { taskId: task.id } });
      expect((await work(hr, task)).end).toBe('succeeded');
      expect(await prisma().user.count({ where: { active: true, title: 'by crm' } })).toBe(600);
      expect(await prisma().user.count({ where: { active: false } })).toBe(600);
      expect(await prisma().membership.count()).toBe(0);
      expect((await admin.get('/sources/hr')).status).toBe(404);
      const { body } = await admin.post(`/tasks/${task.id}/undo`);
      expect((await work(hr, body as { id: string })).end).toBe('succeeded');
      expect(await everything({ hr, crm })).toEqual(was);
    },
  );

  test('cancelled in the middle: the source stays, and the next read brings everything back', async () => {
    const hr = await engine.addSource('hr');
    const user = people(1_500, () => ({}));
    await read(hr, { user });
    const task = await remove(hr);
    await expect(work(hr, task, crashAfter(1))).rejects.toThrow('the worker is gone');
    await prisma().syncTask.update({ where: { id: task.id }, data: { heartbeatAt: new Date(0) } });
    expect((await admin.post(`/tasks/${task.id}/cancel`)).body).toMatchObject({ status: 'cancelled' });
    expect((await admin.get('/sources/hr')).body).toMatchObject({ enabled: true, deletion: null });
    expect(await prisma().user.count({ where: { active: false } })).toBeGreaterThan(0);
    await read(hr, { user });
    expect(await prisma().user.count({ where: { active: true } })).toBe(1_500);
  });
});

test('a row that another task changes meanwhile is planned again; the source goes when all its links have ended', async () => {
  const sources = await shared();
  const task = await remove(sources.hr);
  await work(sources.hr, task);
  const { planHash } = (await rowOf(task.id)).held as unknown as HeldPlan;
  const change = () => prisma().user.updateMany({ where: { username: 'n0020' }, data: { version: { increment: 1 } } });
  const changing: Promise<unknown>[] = [];
  const end = await work(sources.hr, task, {
    approve: planHash,
    onReport: ({ line }) =>
      void (line?.startsWith('plan finished') && changing.length === 0 && changing.push(change())),
  });
  await Promise.all(changing);
  expect(end.end).toBe('succeeded');
  expect((await admin.get('/sources/hr')).status).toBe(404);
  expect(await prisma().knownRecord.count({ where: { sourceId: sources.hr.id, removedAt: null } })).toBe(0);
});

describe('plugins', () => {
  test('rows of a kind that a plugin adds go too, and come back', async () => {
    const hr = await engine.addSource('hr');
    await read(hr, {
      room: [
        { uid: 'r1', title: 'Blue' },
        { uid: 'r2', title: 'Red' },
      ],
      user: people(1, () => ({})),
    });
    const task = await remove(hr);
    const { end, counts } = await work(hr, task);
    expect(end).toBe('succeeded');
    expect(counts).toMatchObject({ room: { removed: 2 }, user: { removed: 1 } });
    const gone = async () =>
      (await db().pool.query<{ gone: boolean }>('SELECT gone FROM rooms')).rows.map((row) => row.gone);
    expect(await gone()).toEqual([true, true]);
    const { body } = await admin.post(`/tasks/${task.id}/undo`);
    await work(hr, body as { id: string });
    expect(await gone()).toEqual([false, false]);
  });

  test('a kind whose plugin is not loaded: nothing is removed, the task says what to do', async () => {
    const hr = await engine.addSource('hr');
    await read(hr, { room: [{ uid: 'r1', title: 'Blue' }], user: people(1, () => ({})) });
    const task = await remove(hr);
    const without = createEngine(db());
    await expect(without.sync(hr, { taskId: task.id })).rejects.toThrow(/There is no target for records of kind room/);
    expect(await prisma().user.count({ where: { active: true } })).toBe(1);
    expect((await work(hr, task)).end).toBe('succeeded');
  });

  test('a source whose adapter is not loaded can still be deleted', async () => {
    const hr = await engine.addSource('hr');
    await read(hr, { user: people(1, () => ({})) });
    await prisma().source.update({ where: { name: 'hr' }, data: { type: 'plugin-that-is-gone' } });
    expect((await work(hr, await remove(hr))).end).toBe('succeeded');
    expect((await admin.get('/sources/hr')).status).toBe(404);
  });
});

describe('after the deletion', () => {
  async function deleted() {
    const hr = await engine.addSource('hr');
    await read(hr, { user: people(2, () => ({})) });
    const task = await remove(hr);
    expect((await work(hr, task)).end).toBe('succeeded');
    return { hr, task };
  }

  test('its name is free, and the task still says what it did', async () => {
    const { task } = await deleted();
    expect((await admin.get(`/tasks/${task.id}`)).body).toMatchObject({ source: 'hr', status: 'succeeded' });
    expect((await admin.get('/sources')).body['items']).toMatchObject([{ name: 'api' }]);
    expect((await admin.post('/sources', { name: 'hr', type: 'push' })).status).toBe(201);
    const { status, body } = await admin.post(`/tasks/${task.id}/undo`);
    expect([status, body.code]).toEqual([409, 'source_exists']);
    expect((await admin.post(`/tasks/${task.id}/undo`, { dryRun: true })).status).toBe(202);
  });

  test('its other tasks are neither retried nor undone', async () => {
    const { hr } = await deleted();
    const full = await prisma().syncTask.findFirstOrThrow({ where: { sourceId: hr.id, mode: 'full' } });
    await prisma().syncTask.update({ where: { id: full.id }, data: { status: 'partial' } });
    for (const verb of ['retry', 'undo']) {
      const { status, body } = await admin.post(`/tasks/${full.id}/${verb}`);
      expect([status, body.code]).toEqual([409, 'source_deleted']);
    }
  });

  test('its row goes when the task can no longer be undone', async () => {
    const { hr } = await deleted();
    const logger = { info: () => undefined } as never;
    await prune({ db: db(), logger });
    expect(await prisma().source.count({ where: { id: hr.id } })).toBe(1);
    const deletedAt = new Date(Date.now() - RETENTION.changesMs - 1_000);
    await prisma().source.update({ where: { id: hr.id }, data: { deletedAt } });
    await prune({ db: db(), logger });
    expect(await prisma().source.count({ where: { id: hr.id } })).toBe(0);
    expect(await prisma().knownRecord.count({ where: { sourceId: hr.id } })).toBe(0);
  });
});

/** A plugin's kind with the least that a target must do. */
const roomsTarget: RecordTarget = {
  type: 'record',
  name: 'rooms',
  kind: 'room',
  dependsOn: [],
  recordSchema: z.object({ title: z.string() }),
  fields: ['title'],
  required: ['title'],
  references: [],
  matchKeys: [],
  inForce: { gone: false },
  removed: { gone: true },
  atomic: false,
  uniqueFields: [],
  findByIds: (tx, ids) => tx.$queryRaw`
    SELECT id, version, jsonb_build_object('title', title, 'gone', gone) AS fields
    FROM rooms WHERE id = ANY(${[...ids]}::uuid[])`,
  async create(tx, rows) {
    for (const { id, after } of rows)
      await tx.$executeRaw`INSERT INTO rooms (id, title) VALUES (${id}::uuid, ${after['title']}) ON CONFLICT DO NOTHING`;
  },
  async update(tx, rows) {
    for (const { id, after } of rows)
      await tx.$executeRaw(Prisma.sql`UPDATE rooms SET gone = coalesce(${after['gone'] ?? null}::boolean, gone),
        title = coalesce(${after['title'] ?? null}, title), version = version + 1 WHERE id = ${id}::uuid`);
    return [];
  },
  async delete(tx, rows) {
    await tx.$executeRaw`DELETE FROM rooms WHERE id = ANY(${rows.map(({ id }) => id)}::uuid[])`;
  },
};
