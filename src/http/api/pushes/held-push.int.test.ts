import type { ApiClient } from '../../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../../testing/worlds/api-harness.js';
import { createEngine, type Engine, type TestSource } from '../../../testing/worlds/engine.js';
import { pushAdapter } from '../../../sources/push/push.adapter.js';
import { createInbox } from '../../../tasks/inbox/inbox.store.js';
import { Script } from '../../../testing/fakes/scripted-adapter.js';

/** R31: a caller that waits for a push which is held is answered at once, with what waits and where to decide. */
let api: ApiHarness;
let admin: ApiClient;
let engine: Engine;
let source: TestSource;
beforeAll(async () => {
  api = await startApi();
  engine = createEngine(api.database.db, { adapters: [pushAdapter({ inbox: createInbox(api.database.db) })] });
});
beforeEach(async () => {
  await api.database.reset();
  admin = await api.as('admin');
  const { id } = await prisma().source.findUniqueOrThrow({ where: { name: 'api' } });
  source = { id, name: 'api', script: new Script() };
});
afterAll(() => api.stop());

const prisma = () => api.database.db.prisma;
const PEOPLE = Array.from({ length: 40 }, (_, at) => `u${at}`);
const records = (fields: object) => PEOPLE.map((uid) => ({ uid, ...fields }));

/** Runs the task that waits, as a worker would. */
async function work(): Promise<string> {
  let task;
  while (!(task = await prisma().syncTask.findFirst({ where: { status: 'queued' } })))
    await new Promise((resolve) => setImmediate(resolve));
  return (await engine.sync(source, { taskId: task.id })).end;
}

async function seed(): Promise<void> {
  await admin.post('/sources/api/records', { kind: 'user', records: records({}) });
  expect(await work()).toBe('succeeded');
}

const removals = { kind: 'user', records: records({ isDeleted: true }) };

interface Held {
  readonly reasons: readonly { readonly code: string }[];
  readonly planHash: string;
  readonly approveUrl: string;
  readonly rejectUrl: string;
  readonly changesUrl: string;
  readonly consoleUrl: string;
}

function expectHeld(held: Held | undefined, taskId: string): void {
  expect(held).toMatchObject({
    reasons: [{ code: 'removals', kind: 'user', count: 40 }],
    changesUrl: `/api/v1/tasks/${taskId}/changes`,
    approveUrl: `/api/v1/tasks/${taskId}/approve`,
    rejectUrl: `/api/v1/tasks/${taskId}/reject`,
    consoleUrl: `/tasks/${taskId}`,
  });
}

test('R31: ?wait of the native API answers at once', async () => {
  await seed();
  const begun = Date.now();
  const [answer, end] = await Promise.all([admin.post('/sources/api/records?wait=60', removals), work()]);
  expect(end).toBe('held');
  expect(Date.now() - begun).toBeLessThan(20_000);
  expect(answer.status).toBe(202);
  const { pushId, task, held } = answer.body as { pushId: string; task: { id: string; status: string }; held: Held };
  expect(task.status).toBe('held');
  expectHeld(held, task.id);
  const seen = await admin.get(`/pushes/${pushId}`);
  expect(seen.body).toMatchObject({ status: 'held', result: null, finishedAt: null });
  expectHeld((seen.body as { held: Held }).held, task.id);
});

test('R31: the compatible push answers at once, and says what waits and where to approve it', async () => {
  await seed();
  const key = await api.newKey('operator');
  const push = async () => {
    const response = await fetch(`${api.baseUrl}/api/userData:push`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ dataType: 'user', records: records({ isDeleted: true }) }),
    });
    return { status: response.status, body: (await response.json()) as { data: Record<string, unknown> } };
  };
  const [answer, end] = await Promise.all([push(), work()]);
  expect(end).toBe('held');
  expect(answer.status).toBe(202);
  const { taskId, message, held } = answer.body.data as { taskId: string; message: string; held: Held };
  expect(answer.body.data).toMatchObject({ code: 0, pushId: expect.any(String) as string });
  expect(message).toContain('waits for the approval of an admin (removals)');
  expect(message).toContain(`/tasks/${taskId}`);
  expectHeld(held, taskId);
});

test('R31, R33: the decision is made where the answer says, and ends the push', async () => {
  await seed();
  const [answer] = await Promise.all([admin.post('/sources/api/records?wait=60', removals), work()]);
  const { pushId, held } = answer.body as { pushId: string; held: Held };
  const path = held.approveUrl.replace('/api/v1', '');
  expect((await admin.post(path, { planHash: held.planHash, reason: 'checked' })).status).toBe(202);
  expect(await work()).toBe('succeeded');
  expect((await admin.get(`/pushes/${pushId}`)).body).toMatchObject({
    status: 'succeeded',
    held: null,
    result: { status: 'succeeded' },
  });
});

test('R31: who waits for a push that is held already is answered at once; a rejection ends it as cancelled', async () => {
  await seed();
  const headers = { 'Idempotency-Key': 'again' };
  const send = () => admin.post('/sources/api/records?wait=60', removals, headers);
  const [first] = await Promise.all([send(), work()]);
  const again = await send();
  expect(again.body).toEqual(first.body);
  const { pushId, held } = first.body as { pushId: string; held: Held };
  await admin.post(held.rejectUrl.replace('/api/v1', ''), { reason: 'wrong list' });
  expect((await admin.get(`/pushes/${pushId}`)).body).toMatchObject({ status: 'cancelled', held: null });
});
