import { v7 as uuidv7 } from 'uuid';
import type { ApiAnswer, ApiClient } from '../../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../../testing/worlds/api-harness.js';
import { joinedTaskSchema, taskSchema, type TaskView } from './task-schema.js';

let api: ApiHarness;
let admin: ApiClient;

beforeAll(async () => {
  api = await startApi();
});
beforeEach(async () => {
  await api.database.reset();
  admin = await api.as('admin');
  await admin.post('/sources', { name: 'hr', type: 'scripted', config: { url: 'https://x', token: 't' } });
});
afterAll(() => api.stop());

const start = async (body?: object) => (await admin.post('/sources/hr/sync', body)).body as TaskView;
const set = (id: string, data: object) => api.database.db.prisma.syncTask.update({ where: { id }, data });

describe('starting a sync', () => {
  test('answers 202 with the task and where it is, and rings', async () => {
    const answer = await admin.post('/sources/hr/sync', { mode: 'full' });
    expect(answer.status).toBe(202);
    const task = joinedTaskSchema.parse(answer.body);
    expect(task).toMatchObject({
      source: 'hr',
      trigger: 'manual',
      mode: 'full',
      dryRun: false,
      status: 'queued',
      joined: false,
      attempt: 0,
      error: null,
      held: null,
      complete: { user: false, department: false },
      progress: { phase: null, done: 0, total: null },
    });
    expect(Object.keys(task.counts).sort()).toEqual(['department', 'membership', 'user']);
    expect(task.counts['user']).toEqual({
      seen: 0,
      created: 0,
      linked: 0,
      updated: 0,
      restored: 0,
      unchanged: 0,
      removed: 0,
      skipped: 0,
      failed: 0,
      fieldProblems: 0,
      waiting: 0,
    });
    expect(task.requestedBy).toMatch(/^key:/);
    expect(answer.headers.get('location')).toBe(`/api/v1/tasks/${task.id}`);
    expect(api.rung).toContain(task.id);
    expect(taskSchema.parse((await admin.get(`/tasks/${task.id}`)).body).id).toBe(task.id);
  });

  test('R41: joins the task that is queued, but a dry run is another one', async () => {
    const first = await admin.post('/sources/hr/sync');
    const second = await admin.post('/sources/hr/sync');
    const dry = await admin.post('/sources/hr/sync', { dryRun: true });
    expect([second.status, second.body.id, second.body.joined]).toEqual([202, first.body.id, true]);
    expect([dry.body.joined, dry.body.dryRun]).toEqual([false, true]);
  });

  test('refuses what the source cannot do', async () => {
    expect((await admin.post('/sources/missing/sync')).body.code).toBe('source_not_found');
    expect((await admin.post('/sources/api/sync', { mode: 'full' })).body.code).toBe('mode_not_supported');
    expect((await admin.post('/sources/hr/sync', { mode: 'half' })).body.code).toBe('invalid_request');
    await admin.patch('/sources/hr', { enabled: false });
    const disabled = await admin.post('/sources/hr/sync');
    expect([disabled.status, disabled.body.code]).toEqual([409, 'source_disabled']);
  });
});

test('lists go from the newest, filtered, page by page', async () => {
  const ids: string[] = [];
  for (let at = 0; at < 5; at += 1) {
    const { id } = await start();
    await set(id, { status: at % 2 ? 'failed' : 'succeeded' });
    ids.unshift(id);
  }
  await admin.post('/sources/api/sync');
  const first = await admin.get('/sources/hr/tasks?limit=3');
  const second = await admin.get(`/sources/hr/tasks?limit=4&cursor=${first.body.nextCursor}`);
  const idsOf = (...pages: ApiAnswer[]) => pages.flatMap(({ body }) => (body.items as TaskView[]).map(({ id }) => id));
  expect(idsOf(first, second)).toEqual(ids);
  expect([first.body.items.length, second.body.nextCursor]).toEqual([3, null]);
  expect(idsOf(await admin.get('/tasks?status=failed'))).toEqual([ids[1], ids[3]]);
  expect((await admin.get('/tasks?source=api')).body.items).toHaveLength(1);
  expect((await admin.get('/tasks?trigger=schedule')).body.items).toEqual([]);
  expect((await admin.get('/tasks')).body.items).toHaveLength(6);
});

describe('deciding about a task', () => {
  test('R42, R43: a failed task is retried, a queued one cancelled, each once', async () => {
    const { id } = await start();
    expect((await admin.post(`/tasks/${id}/retry`)).body.code).toBe('task_not_retryable');
    const cancelled = await admin.post(`/tasks/${id}/cancel`);
    expect([cancelled.status, cancelled.body.status]).toEqual([200, 'cancelled']);
    expect((await admin.post(`/tasks/${id}/cancel`)).body.code).toBe('task_not_cancellable');
    const retried = await admin.post(`/tasks/${id}/retry?from=start`);
    expect([retried.status, retried.body.id, retried.body.status]).toEqual([202, id, 'queued']);
    expect((await admin.post(`/tasks/${id}/retry?from=middle`)).status).toBe(400);
    const actions = (await admin.all('/audit?objectType=task')).map((one: { action: string }) => one.action);
    expect(actions).toEqual(['task.retry', 'task.cancel', 'task.sync']);
    const { rows } = await api.database.db.pool.query<{ before: string | null; after: string }>(
      `SELECT before_hash AS before, after_hash AS after FROM audit_entries WHERE object_id = $1 ORDER BY id`,
      [id],
    );
    // Nothing was there before the first; each of the others begins with another state than it ends with.
    expect(rows.map(({ before, after }) => [before === null, before === after])).toEqual([
      [true, false],
      [false, false],
      [false, false],
    ]);
  });

  test('R33: a held task is approved by the hash of its plan only, or rejected with a reason', async () => {
    const { id } = await start();
    const held = { reasons: [], planHash: 'abc', expiresAt: new Date(Date.now() + 60_000).toISOString() };
    await set(id, { status: 'held', held });
    expect((await admin.get(`/tasks/${id}`)).body.held).toEqual(held);
    const wrong = await admin.post(`/tasks/${id}/approve`, { planHash: 'xyz', reason: 'looks right' });
    expect([wrong.status, wrong.body.code]).toEqual([409, 'plan_changed']);
    expect((await admin.post(`/tasks/${id}/approve`, { planHash: 'abc' })).body.code).toBe('invalid_request');
    expect((await admin.post(`/tasks/${id}/reject`, { reason: ' ' })).body.code).toBe('invalid_request');
    const approved = await admin.post(`/tasks/${id}/approve`, { planHash: 'abc', reason: 'looks right' });
    expect([approved.status, approved.body.status]).toEqual([202, 'queued']);
    await set(id, { status: 'held', held });
    const rejected = await admin.post(`/tasks/${id}/reject`, { reason: 'HR export was cut' });
    expect([rejected.status, rejected.body.status]).toEqual([200, 'cancelled']);
    expect(rejected.body.error).toEqual({ code: 'rejected', message: 'HR export was cut' });
    expect((await admin.post(`/tasks/${id}/reject`, { reason: 'x' })).body.code).toBe('task_not_held');
  });
});

test('changes come in the order of applying, with what became of each; one that writes nothing only with field problems', async () => {
  const { id: taskId } = await start();
  const line = (rank: number, action: string, more: object = {}) => ({
    taskId,
    rank,
    target: 'users',
    kind: rank === 0 ? 'department' : 'user',
    externalId: `${rank}-${action}`,
    action,
    ...more,
  });
  const leftOut = { field: 'email', code: 'invalid_email', message: 'is not an e-mail address' };
  const { prisma } = api.database.db;
  await prisma.change.createMany({
    data: [
      line(1, 'create', { targetId: uuidv7(), after: { username: 'a' } }),
      line(0, 'update', { before: { title: 'x' }, after: { title: 'y' } }),
      line(1, 'keep'),
      line(1, 'keep', { externalId: '1-keep-left-out', problems: [{ ...leftOut, origin: uuidv7(), place: 3 }] }),
      line(1, 'skip', { code: 'value_taken', message: 'Held by another user.' }),
      line(1, 'update', { outcome: 'failed', code: 'moved' }),
      line(1, 'remove'),
    ],
  });
  const last = await prisma.change.findFirstOrThrow({ where: { taskId, action: 'update', rank: 1 } });
  await set(taskId, { markRank: 1, markId: last.id });
  const lines = await admin.all(`/tasks/${taskId}/changes`);
  const shown = lines.map(({ externalId, outcome }: { externalId: string; outcome: string }) => [externalId, outcome]);
  expect(shown).toEqual([
    ['0-update', 'applied'],
    ['1-create', 'applied'],
    ['1-keep-left-out', 'applied'],
    ['1-skip', 'skipped'],
    ['1-update', 'failed'],
    ['1-remove', 'planned'],
  ]);
  expect(Object.keys(lines[0] as object).sort()).toEqual([
    'action',
    'after',
    'before',
    'code',
    'externalId',
    'kind',
    'message',
    'outcome',
    'partlyHidden',
    'problems',
    'targetId',
  ]);
  expect(lines.map(({ problems }) => problems as unknown)).toEqual([[], [], [leftOut], [], [], []]);
  const count = async (query: string) => (await admin.all(`/tasks/${taskId}/changes?${query}`)).length;
  expect(await count('kind=user')).toBe(5);
  expect(await count('action=keep')).toBe(1);
  expect(await count('code=invalid_email')).toBe(1);
  expect(await count('action=update')).toBe(2);
  expect(await count('outcome=applied')).toBe(3);
  expect(await count('code=value_taken')).toBe(1);
  const first = await admin.get(`/tasks/${taskId}/changes?limit=2`);
  const rest = await admin.get(`/tasks/${taskId}/changes?limit=4&cursor=${first.body.nextCursor}`);
  expect([first.body.items.length, rest.body.items.length, rest.body.nextCursor]).toEqual([2, 4, null]);
  const summary = await admin.get(`/tasks/${taskId}/changes/summary`);
  expect(summary.body).toMatchObject({
    items: expect.arrayContaining([
      { kind: 'user', action: 'keep', outcome: 'applied', code: null, count: 1, fieldProblems: 1 },
    ]),
    problems: [{ kind: 'user', field: 'email', code: 'invalid_email', count: 1 }],
  });
});

describe('watching a task', () => {
  const watch = async (id: string, headers: Record<string, string> = {}) =>
    fetch(`${api.baseUrl}/api/v1/tasks/${id}/events`, {
      headers: { authorization: `Bearer ${await api.newKey('viewer')}`, ...headers },
    });

  test('tells where it is, what changes, and ends with the task', async () => {
    const { id } = await start();
    const answer = await watch(id);
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const until = async (wanted: string) => {
      while (!text.includes(wanted)) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`The stream ended before "${wanted}": ${text}`);
        text += value;
      }
    };
    await until('event: status\nid: queued');
    await set(id, { status: 'pulling', phase: 'pull', done: 500, total: 2_000 });
    await until('event: progress\ndata: {"phase":"pull","done":500,"total":2000}');
    await until('event: status\nid: pulling');
    await set(id, { status: 'succeeded', finishedAt: new Date() });
    await until('event: status\nid: succeeded');
    while (!(await reader.read()).done);
    expect(text.match(/event: status/g)).toHaveLength(3);
  });

  test('ends at once where the task has ended, and tells a returning reader to stay away', async () => {
    const { id } = await start();
    await set(id, { status: 'failed' });
    expect(await (await watch(id)).text()).toContain('event: status\nid: failed');
    expect((await watch(id, { 'last-event-id': 'failed' })).status).toBe(204);
    expect((await watch(id, { 'last-event-id': 'pulling' })).status).toBe(200);
  });

  test('all that move come in one stream, to a narrowed key its own alone', async () => {
    const { id } = await start();
    await set(id, { status: 'pulling', phase: 'pull', done: 5, total: 20 });
    const source = await api.database.db.prisma.source.findUniqueOrThrow({ where: { name: 'api' } });
    const read = async (key: string, forS: number) => {
      const headers = { authorization: `Bearer ${key}` };
      return (await fetch(`${api.baseUrl}/api/v1/task-events?forS=${forS}`, { headers })).text();
    };
    const stranger = await api.newKey('viewer', { sourceId: source.id });
    expect(await read(stranger, 0)).not.toContain(id);
    const stream = read(await api.newKey('viewer'), 1);
    await new Promise((done) => setTimeout(done, 300));
    await set(id, { done: 9 });
    await new Promise((done) => setTimeout(done, 300));
    await set(id, { status: 'failed', finishedAt: new Date() });
    const text = await stream;
    expect(text).toContain(`event: progress\ndata: {"id":"${id}","progress":{"phase":"pull","done":9,"total":20}}`);
    expect(text.split(`event: status\ndata: {"id":"${id}"`)).toHaveLength(3);
  });

  test('ends when the task is deleted with its source', async () => {
    const { id } = await start();
    const answer = await watch(id);
    await admin.delete('/sources/hr?confirm=hr');
    expect(await answer.text()).toContain('queued');
  });
});
