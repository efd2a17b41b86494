import { Redis } from 'ioredis';
import { requestSync } from '../src/tasks/life/request-sync.store.js';
import { ARE_CONTROLS, faultTests } from '../src/testing/fault/fault-test.js';
import { type FaultApi, type FaultWorld, openFaultWorld } from '../src/testing/fault/fault-world.js';
import type { Mutation } from '../src/testing/fault/mutations.js';
import { type SourceServer, startSourceServer } from '../src/testing/fault/source-server.js';
import { waitFor } from '../src/testing/wait-for.js';

/** The queue's server is emptied, lost, away or full. PostgreSQL has the truth, so nothing that was answered is lost. */
let world: FaultWorld | undefined;
let server: SourceServer | undefined;

afterEach(async () => {
  await world?.stop();
  await server?.close();
  [world, server] = [undefined, undefined];
});

/** How long Redis is away: 60 s in the long run (FAULT_REDIS_DOWN_MS), less where people wait. */
const DOWN_MS = Number(process.env['FAULT_REDIS_DOWN_MS'] ?? (ARE_CONTROLS ? 3_000 : 15_000));
/** Promised from the return on. */
const DRAINED_MS = ARE_CONTROLS ? 12_000 : 60_000;
const PUSHES = 20;

async function queueMany(count: number): Promise<void> {
  server = await startSourceServer();
  for (let at = 0; at < count; at += 1) {
    const name = `s${at}`;
    server.listings.set(name, { departments: [], users: [{ uid: '1', username: name }] });
    await world!.tasks.addSource(name, { type: 'paged', config: { url: `${server.url}/${name}` } });
    await requestSync(world!.tasks.deps, { sourceName: name, requestedBy: 'test' });
  }
}

async function expectAllDone(count: number): Promise<void> {
  const { prisma } = world!.database.db;
  const done = () => prisma.syncTask.count({ where: { status: 'succeeded' } });
  await waitFor(async () => (await done()) === count, ARE_CONTROLS ? 15_000 : 100_000).catch(() => undefined);
  expect(await done()).toBe(count);
  expect(await prisma.syncTask.count()).toBe(count);
  expect(await prisma.user.groupBy({ by: ['version'], _count: true })).toEqual([{ version: 1, _count: count }]);
}

/** Pushes one record each. @returns how long the slowest answer took. */
async function pushMany(api: FaultApi, prefix = 'p'): Promise<number> {
  const times: number[] = [];
  for (let at = 0; at < PUSHES; at += 1) {
    const begin = performance.now();
    const body = { kind: 'user', records: [{ uid: `${prefix}${at}`, username: `${prefix}${at}` }] };
    expect({ status: (await api.call('POST', '/api/v1/sources/api/records', body)).status }).toEqual({ status: 202 });
    times.push(performance.now() - begin);
  }
  return Math.max(...times);
}

async function expectDrained(pushes = PUSHES): Promise<void> {
  const { prisma } = world!.database.db;
  const drained = () => prisma.push.count({ where: { finishedAt: { not: null } } });
  await waitFor(async () => (await drained()) === pushes, DRAINED_MS).catch(() => undefined);
  expect(await drained()).toBe(pushes);
  expect(await prisma.user.groupBy({ by: ['version'], _count: true })).toEqual([{ version: 1, _count: pushes }]);
}

async function openWithApi(mutation: Mutation): Promise<FaultApi> {
  world = await openFaultWorld(mutation);
  const api = await world.startApi();
  await world.startWorker();
  // What a process does for the first time takes longer; no promise is about that.
  await api.call('POST', '/api/v1/sources/api/sync', { mode: 'delta' });
  // A push that joins a task that waits needs no bell: none is waiting when the test begins.
  const { prisma } = world.database.db;
  await waitFor(async () => (await prisma.syncTask.count({ where: { finishedAt: null } })) === 0);
  return api;
}

faultTests([
  {
    name: 'R44: 100 queued tasks are done though the queue is emptied twice',
    without: ['the sweeper'],
    async run(mutation) {
      world = await openFaultWorld(mutation);
      await queueMany(100);
      await world.redis.flush();
      await world.startWorker();
      const { prisma } = world.database.db;
      const some = async () => (await prisma.syncTask.count({ where: { status: 'succeeded' } })) >= 20;
      await waitFor(some, ARE_CONTROLS ? 10_000 : 60_000).catch(() => undefined);
      await world.redis.flush();
      await expectAllDone(100);
    },
  },
  {
    name: 'R44: queued tasks are done though Redis is killed and comes back empty',
    without: ['the sweeper'],
    async run(mutation) {
      world = await openFaultWorld(mutation);
      await queueMany(10);
      await world.redis.stop();
      await world.redis.start();
      await world.startWorker();
      await expectAllDone(10);
    },
  },
  {
    name: `R44: ${PUSHES} pushes while Redis is away are answered within 500 ms and drained when it is back`,
    without: ['the time limit on calls to the queue', 'the sweeper'],
    async run(mutation) {
      const api = await openWithApi(mutation);
      // A busy machine is slow in any case: the promise is about what the absence of Redis adds.
      const usual = await pushMany(api, 'before');
      await expectDrained();
      await world!.redis.stop();
      const until = Date.now() + DOWN_MS;
      expect((await pushMany(api)) - usual).toBeLessThan(500);
      await waitFor(() => Promise.resolve(Date.now() >= until), DOWN_MS + 1_000);
      await world!.redis.start();
      await expectDrained(2 * PUSHES);
    },
  },
  {
    name: 'R44: pushes while Redis is full are taken, and drained when it has room',
    without: ['the answer although the bell failed', 'the sweeper'],
    async run(mutation) {
      const api = await openWithApi(mutation);
      const redis = new Redis(world!.redis.url);
      await redis.config('SET', 'maxmemory', '1');
      await pushMany(api);
      await redis.config('SET', 'maxmemory', '0');
      redis.disconnect();
      await expectDrained();
    },
  },
]);
