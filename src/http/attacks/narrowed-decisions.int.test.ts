import type { TaskMode, TaskStatus } from '../../domain/task.js';
import type { ApiClient } from '../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../testing/worlds/api-harness.js';
import { createEngine, type Engine, fullRead, type TestSource } from '../../testing/worlds/engine.js';

/**
 * R13, R17: a key that is narrowed to a source may neither change its priority nor delete it, so it may not decide about
 * the tasks that carry this out either: to stop or undo one has the same effect on people of other sources.
 */
let api: ApiHarness;
let engine: Engine;
let sources: Record<'hr' | 'crm', TestSource>;
let clients: Readonly<Record<'operator' | 'admin' | 'unnarrowed', ApiClient>>;
beforeAll(async () => {
  api = await startApi();
  engine = createEngine(api.database.db);
});
beforeEach(async () => {
  await api.database.reset();
  const add = (name: string, priority: number) => engine.addSource(name, { matchKeys: ['username'], priority });
  sources = { hr: await add('hr', 2), crm: await add('crm', 1) };
  const sourceId = sources.hr.id;
  clients = {
    operator: await api.as('operator', { sourceId }),
    admin: await api.as('admin', { sourceId }),
    unnarrowed: await api.as('admin'),
  };
});
afterAll(() => api.stop());

const prisma = () => api.database.db.prisma;
const title = async () => (await prisma().user.findFirstOrThrow({ where: { username: 'ann' } })).title;
const countTasks = () => prisma().syncTask.count();
const statusOf = async (id: string) => (await prisma().syncTask.findUniqueOrThrow({ where: { id } })).status;

describe('an admin lowers the priority of the source', () => {
  let recompose: string;
  beforeEach(async () => {
    for (const name of ['hr', 'crm'] as const) {
      sources[name].script.full = fullRead({ user: [{ uid: name, username: 'ann', title: `by ${name}` }] });
      await engine.sync(sources[name]);
    }
    expect(await title()).toBe('by hr');
    await clients.unnarrowed.patch('/sources/hr', { priority: 0 });
    recompose = (await prisma().syncTask.findFirstOrThrow({ where: { mode: 'recompose' } })).id;
    await engine.sync(sources.hr, { taskId: recompose });
    expect(await title()).toBe('by crm');
  });

  test.each([{}, { dryRun: true }])('the key of the source does not undo it: %j', async (options) => {
    const before = await countTasks();
    const answer = await clients.admin.post(`/tasks/${recompose}/undo`, options);
    expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
    expect(answer.body.detail).toContain('a key that is not narrowed');
    expect(await countTasks()).toBe(before);
  });

  test('a key that is not narrowed undoes it (control); the key of the source does not undo the undo', async () => {
    const { status, body } = await clients.unnarrowed.post(`/tasks/${recompose}/undo`);
    expect(status).toBe(202);
    await engine.sync(sources.hr, { taskId: body.id as string });
    expect(await title()).toBe('by hr');
    expect((await clients.admin.post(`/tasks/${body.id}/undo`)).status).toBe(403);
    expect((await clients.unnarrowed.post(`/tasks/${body.id}/undo`)).status).toBe(202);
  });

  test('the key of the source undoes a read of it, and sees the task about which it does not decide', async () => {
    const read = await prisma().syncTask.findFirstOrThrow({ where: { mode: 'full', sourceId: sources.hr.id } });
    expect((await clients.admin.post(`/tasks/${read.id}/undo`, { dryRun: true })).status).toBe(202);
    expect((await clients.admin.get(`/tasks/${recompose}`)).body).toMatchObject({ mode: 'recompose' });
    expect((await clients.admin.get(`/tasks/${recompose}/changes`)).status).toBe(200);
  });
});

/** What a key decides about a task in a state. */
interface Decision {
  readonly who: 'operator' | 'admin';
  readonly status: TaskStatus;
  readonly path: (id: string) => string;
  readonly body?: object;
}

const HELD = { reasons: [], planHash: 'x', expiresAt: new Date(Date.now() + 3_600_000).toISOString() };
const DECISIONS: Readonly<Record<string, Decision>> = {
  approve: {
    ...{ who: 'admin', status: 'held', path: (id) => `/tasks/${id}/approve` },
    body: { planHash: 'x', reason: 'wanted' },
  },
  reject: { who: 'admin', status: 'held', path: (id) => `/tasks/${id}/reject`, body: { reason: 'not wanted' } },
  'cancel, held': { who: 'operator', status: 'held', path: (id) => `/tasks/${id}/cancel` },
  'cancel, queued': { who: 'operator', status: 'queued', path: (id) => `/tasks/${id}/cancel` },
  retry: { who: 'operator', status: 'cancelled', path: (id) => `/tasks/${id}/retry` },
  'retry by the compatible API': {
    ...{ who: 'operator', status: 'cancelled', path: (id) => `/api/userData:retry?id=${id}` },
  },
};

async function addTask(mode: TaskMode, status: TaskStatus, undoes: string | null = null): Promise<string> {
  const id = crypto.randomUUID();
  const row = { id, sourceId: sources.hr.id, trigger: 'manual', mode, status, pulled: true, undoes };
  await prisma().syncTask.create({ data: { ...row, ...(status === 'held' ? { held: HELD } : {}) } });
  return id;
}

/** Tasks about which the key does not decide, and those about which it does; each is of the source of the key. */
const TASKS: Readonly<Record<string, (status: TaskStatus) => Promise<string>>> = {
  'a new priority': (status) => addTask('recompose', status),
  'the deletion of the source': (status) => addTask('remove', status),
  'the undo of a new priority': async (status) => addTask('undo', status, await addTask('recompose', 'succeeded')),
  'the undo of an undo of a deletion': async (status) =>
    addTask('undo', status, await addTask('undo', 'succeeded', await addTask('remove', 'partial'))),
  'the undo of a task that is no longer kept': (status) => addTask('undo', status, crypto.randomUUID()),
};
const OWN_TASKS: typeof TASKS = {
  'a read': (status) => addTask('full', status),
  'a recheck of waiting values': (status) => addTask('recheck', status),
  'the undo of a read': async (status) => addTask('undo', status, await addTask('full', 'succeeded')),
};

const decide = (client: ApiClient, { path, body }: Decision, id: string) => client.post(path(id), body);

describe.each(Object.entries(DECISIONS))('%s', (_verb, decision) => {
  test.each(Object.entries(TASKS))('%s: is refused to the key of the source, and nothing changes', async (_, add) => {
    const id = await add(decision.status);
    const before = await countTasks();
    expect((await decide(clients[decision.who], decision, id)).status).toBe(403);
    expect([await statusOf(id), await countTasks()]).toEqual([decision.status, before]);
  });

  test('a new priority: a key that is not narrowed decides (control)', async () => {
    const id = await addTask('recompose', decision.status);
    expect([200, 202]).toContain((await decide(clients.unnarrowed, decision, id)).status);
    expect(await statusOf(id)).not.toBe(decision.status);
  });

  test.each(Object.entries(OWN_TASKS))('%s: the key of the source decides', async (_, add) => {
    const id = await add(decision.status);
    expect([200, 202]).toContain((await decide(clients[decision.who], decision, id)).status);
    expect(await statusOf(id)).not.toBe(decision.status);
  });
});
