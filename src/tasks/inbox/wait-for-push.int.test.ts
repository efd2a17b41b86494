import { v7 as uuid } from 'uuid';
import { PUSHES_FINISHED } from '../../domain/push-channel.js';
import { createTaskWorld, type TaskWorld } from '../../testing/worlds/task-world.js';
import { createTestDatabase, type TestDatabase } from '../../testing/servers/test-database.js';
import { acceptPush } from './accept-push.store.js';
import { waitForPush } from './wait-for-push.store.js';

let database: TestDatabase;
let world: TaskWorld;

beforeAll(async () => {
  database = await createTestDatabase();
  world = createTaskWorld(database.db);
});
afterAll(() => database.drop());
beforeEach(() => database.reset());

const push = async () => {
  const given = { sourceName: 'api', kind: 'user', matchKey: null, records: [{ uid: 'a' }], requestedBy: null };
  return (await acceptPush(world.deps, { ...given, idempotency: null })).pushId;
};
const RESULT = { status: 'succeeded' };
const finish = (id: string) =>
  database.db.prisma.push.update({ where: { id }, data: { finishedAt: new Date(), result: RESULT } });
const tell = () => database.db.pool.query('SELECT pg_notify($1, $2)', [PUSHES_FINISHED, '']);
const listeners = async () => {
  const { rows } = await database.db.pool.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'`,
  );
  return rows.map(({ pid }) => pid);
};
const untilListening = async () => {
  while ((await listeners()).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
};

test('a wait for a push that is finished already needs no notification', async () => {
  const id = await push();
  await finish(id);
  expect(await waitForPush(world.deps, id, { timeoutMs: 10_000 })).toEqual(RESULT);
});

test('waiters share one connection, and are notified together with the end', async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, push));
  const results = ids.map((id) => waitForPush(world.deps, id, { timeoutMs: 10_000 }));
  await untilListening();
  expect(await listeners()).toHaveLength(1);
  for (const id of ids) await finish(id);
  await tell();
  expect(await Promise.all(results)).toEqual(ids.map(() => RESULT));
});

test('a lost connection costs a look, no result; another one is made', async () => {
  const id = await push();
  const result = waitForPush(world.deps, id, { timeoutMs: 10_000 });
  await untilListening();
  const [lost] = await listeners();
  await database.db.pool.query('SELECT pg_terminate_backend($1)', [lost]);
  await finish(id);
  expect(await result).toEqual(RESULT);
  const next = waitForPush(world.deps, await push(), { timeoutMs: 10_000 });
  while (!(await listeners()).some((pid) => pid !== lost)) await new Promise((resolve) => setTimeout(resolve, 10));
  await database.db.prisma.push.updateMany({ data: { finishedAt: new Date(), result: RESULT } });
  await tell();
  expect(await next).toEqual(RESULT);
});

test('a wait ends at once when it is aborted, before or meanwhile; another one for the same push goes on', async () => {
  const id = await push();
  const leaving = new AbortController();
  const left = waitForPush(world.deps, id, { timeoutMs: 600_000, signal: leaving.signal });
  const stayed = waitForPush(world.deps, id, { timeoutMs: 10_000, signal: new AbortController().signal });
  leaving.abort();
  expect(await left).toBeNull();
  expect(await waitForPush(world.deps, id, { timeoutMs: 600_000, signal: leaving.signal })).toBeNull();
  await finish(id);
  expect(await stayed).toEqual(RESULT);
});

test('who waits in vain is let go in time', async () => {
  expect(await waitForPush(world.deps, uuid(), { timeoutMs: 30 })).toBeNull();
});
