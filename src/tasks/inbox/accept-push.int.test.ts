import { createTaskWorld, type TaskWorld } from '../../testing/worlds/task-world.js';
import { createTestDatabase, type TestDatabase } from '../../testing/servers/test-database.js';
import { acceptPush } from './accept-push.store.js';
import { claimTask } from '../life/claim-task.store.js';
import { createInbox } from './inbox.store.js';

let database: TestDatabase;
let world: TaskWorld;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.reset();
  world = createTaskWorld(database.db);
});

const push = (records: readonly unknown[], options = {}) =>
  acceptPush(world.deps, {
    sourceName: 'api',
    kind: 'user',
    matchKey: null,
    records,
    requestedBy: 'key:1',
    idempotency: null,
    ...options,
  });

const stored = () => database.db.prisma.push.findMany({ orderBy: { seq: 'asc' } });

test('a push is stored and a queued delta will drain it; the next push joins that task', async () => {
  const first = await push([{ uid: 'a' }]);
  const second = await push([{ uid: 'b' }, { uid: 'c' }]);
  expect(second.taskId).toBe(first.taskId);
  expect(await world.row(first.taskId)).toMatchObject({ status: 'queued', mode: 'delta', trigger: 'push' });
  expect(await stored()).toMatchObject([
    { id: first.pushId, records: [{ uid: 'a' }], recordCount: 1, taskId: null },
    { id: second.pushId, recordCount: 2 },
  ]);
  expect(world.rings).toEqual([`${first.taskId} 1`]);
});

test('R41: 40 pushes at once are all stored and one task is queued', async () => {
  const receipts = await Promise.all(Array.from({ length: 40 }, (_, at) => push([{ uid: String(at) }])));
  expect(new Set(receipts.map((receipt) => receipt.taskId)).size).toBe(1);
  expect(await stored()).toHaveLength(40);
  expect(await database.db.prisma.syncTask.count()).toBe(1);
});

test('pushes that come together, to several sources, are stored in their order, and each source has one task', async () => {
  await world.addSource('second', { type: 'push' });
  const names = Array.from({ length: 300 }, (_, at) => (at % 3 === 0 ? 'second' : 'api'));
  const receipts = await Promise.all(names.map((sourceName, at) => push([{ uid: String(at) }], { sourceName })));
  expect((await stored()).map(({ id }) => id)).toEqual(receipts.map(({ pushId }) => pushId));
  const tasks = await database.db.prisma.syncTask.findMany({ select: { id: true, sourceId: true } });
  expect(tasks).toHaveLength(2);
  for (const [at, { sourceId }] of (await stored()).entries()) {
    expect(receipts[at]?.taskId).toBe(tasks.find((task) => task.sourceId === sourceId)?.id);
  }
  expect(world.rings.toSorted()).toEqual(tasks.map(({ id }) => `${id} 1`).toSorted());
});

test('what the database refuses of pushes that come together costs no other one', async () => {
  const requests = [{}, { requestedBy: 'key:\u0000' }, { sourceName: 'missing' }, {}];
  const ends = await Promise.allSettled(requests.map((request, at) => push([{ uid: String(at) }], request)));
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
  expect(await stored()).toMatchObject([{ records: [{ uid: '0' }] }, { records: [{ uid: '3' }] }]);
});

test('who may push to one source only is refused another one, whatever was known of it before', async () => {
  const onlySourceId = await world.addSource('own', { type: 'push' });
  await push([{ uid: 'a' }], { sourceName: 'own', onlySourceId });
  const other = push([{ uid: 'b' }], { onlySourceId });
  await expect(other).rejects.toMatchObject({ status: 403, code: 'forbidden' });
  expect(await stored()).toHaveLength(1);
});

test('R2: passwords are neither stored nor logged', async () => {
  await push([{ uid: 'a', password: 'hunter2', attributes: { password: 'hunter3', team: 'x' } }]);
  expect((await stored())[0]!.records).toEqual([{ uid: 'a', attributes: { team: 'x' } }]);
  expect(JSON.stringify(world.logged)).not.toContain('hunter');
});

test('R50: a push is logged as sent, with its task and what is to be masked, unless the source is not logged', async () => {
  await database.db.prisma.source.update({ where: { name: 'api' }, data: { redact: ['phone'] } });
  const { taskId } = await push([{ uid: 'a', phone: '1' }]);
  const { batch } = await world.row(taskId);
  const records = [{ uid: 'a', phone: '1' }];
  expect(world.logged).toEqual([{ taskId, batch, source: 'api', kind: 'user', records, redact: ['phone'] }]);
  await database.db.prisma.source.update({ where: { name: 'api' }, data: { rawLog: false } });
  await push([{ uid: 'b' }]);
  expect(world.logged).toHaveLength(1);
});

const idempotency = { owner: 'key:1', key: 'k', bodyHash: 'h' };

test('the same Idempotency-Key answers the same push and changes nothing, also 20 times at once', async () => {
  const receipts = await Promise.all(Array.from({ length: 20 }, () => push([{ uid: 'a' }], { idempotency })));
  expect(new Set(receipts.map((receipt) => receipt.pushId)).size).toBe(1);
  expect(receipts.filter((receipt) => !receipt.replayed)).toHaveLength(1);
  expect(await stored()).toHaveLength(1);
});

test('the same key with another body is refused, another owner has their own keys', async () => {
  await push([{ uid: 'a' }], { idempotency });
  const reuse = push([{ uid: 'b' }], { idempotency: { ...idempotency, bodyHash: 'other' } });
  await expect(reuse).rejects.toMatchObject({ status: 409, code: 'idempotency_key_reused' });
  await push([{ uid: 'b' }], { idempotency: { ...idempotency, owner: 'key:2', bodyHash: 'other' } });
  expect(await stored()).toHaveLength(2);
});

test('a key is forgotten after 72 h', async () => {
  await push([{ uid: 'a' }], { idempotency });
  await database.db.prisma.idempotencyKey.updateMany({ data: { createdAt: new Date(Date.now() - 73 * 3_600_000) } });
  expect((await push([{ uid: 'b' }], { idempotency: { ...idempotency, bodyHash: 'new' } })).replayed).toBe(false);
});

test.each([
  ['missing', { status: 404, code: 'source_not_found' }],
  ['hr', { status: 422, code: 'not_a_push_source' }],
  ['off', { status: 409, code: 'source_disabled' }],
])('a push to "%s" is refused and stores nothing', async (sourceName, error) => {
  await world.addSource('hr');
  await world.addSource('off', { type: 'push', enabled: false });
  await expect(push([{ uid: 'a' }], { sourceName, idempotency })).rejects.toMatchObject(error);
  expect(await stored()).toHaveLength(0);
  expect(await database.db.prisma.idempotencyKey.count()).toBe(0);
});

test('R7: text that PostgreSQL cannot keep costs its field only; the push is stored with what is wrong', async () => {
  await push([{ uid: 'a' }, { uid: 'b\u0000', note: 'say \\u0000 😀', title: '\ud800' }]);
  const [row] = await stored();
  expect(row).toMatchObject({
    records: [{ uid: 'a' }, { uid: 'b\ufffd', note: 'say \\u0000 😀' }],
    faults: [
      { place: 1, field: 'uid', code: 'invalid_uid' },
      { place: 1, field: 'title', code: 'invalid_text' },
    ],
  });
});

test('the inbox hands a task its pushes in order of arrival, page by page, and later ones to none', async () => {
  const uids = Array.from({ length: 1_300 }, (_, at) => String(at));
  for (const uid of uids) await push([{ uid }]);
  await push(Array.from({ length: 6_000 }, (_, at) => ({ uid: `big ${at}` })));
  const { taskId, sourceId } = await claimedTask();
  const inbox = createInbox(database.db);
  const { signal } = new AbortController();
  await inbox.claim(taskId, sourceId, signal);
  await push([{ uid: 'late' }]);
  const seen: unknown[] = [];
  for await (const { records } of inbox.read(taskId, signal))
    seen.push(...records.map((record) => (record as { uid: string }).uid));
  expect(seen.slice(0, 1_300)).toEqual(uids);
  expect(seen).toHaveLength(7_300);
});

test('a late worker of an ended task takes no pushes', async () => {
  await push([{ uid: 'a' }]);
  const { taskId, sourceId } = await claimedTask();
  await database.db.prisma.syncTask.update({ where: { id: taskId }, data: { status: 'failed' } });
  await createInbox(database.db).claim(taskId, sourceId, new AbortController().signal);
  expect((await stored())[0]!.taskId).toBeNull();
});

async function claimedTask(): Promise<{ taskId: string; sourceId: string }> {
  const { id: taskId, sourceId } = await database.db.prisma.syncTask.findFirstOrThrow({ where: { status: 'queued' } });
  expect((await claimTask(world.deps, { taskId, worker: 'w' })).claimed).toBe(true);
  return { taskId, sourceId };
}
