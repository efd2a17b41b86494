import { type FaultTest, faultTests } from '../testing/fault/fault-test.js';
import { type FaultApi, type FaultWorld, openFaultWorld } from '../testing/fault/fault-world.js';
import type { Mutation, MutationName } from '../testing/fault/mutations.js';
import { reached } from '../testing/fault/reached.js';
import { STATEMENTS } from '../testing/fault/statements.js';
import type { TapPoint } from '../testing/fault/tap-rules.js';
import { waitFor } from '../testing/wait-for.js';

/** The API is killed at named points of a request. What was answered is kept; what was not, a client may send again. */
let world: FaultWorld | undefined;
let api: FaultApi;

afterEach(async () => {
  await world?.stop();
  world = undefined;
});

/** Sends a push with an Idempotency-Key, and again to a new API where no answer came, as a client does. */
async function push(wanted: { again: boolean }): Promise<void> {
  const send = () =>
    api.call<{ pushId: string }>(
      'POST',
      '/api/v1/sources/api/records',
      { kind: 'user', records: [{ uid: '1', username: 'ann' }] },
      { 'idempotency-key': 'once' },
    );
  const answer = await send().catch(() => null);
  if (answer) expect(answer.status).toBe(202);
  else if (wanted.again) {
    api = await world!.startApi();
    expect((await send()).status).toBe(202);
  }
}

const RING = /^addStandardJob/;

interface ApiPoint extends TapPoint {
  readonly name: string;
  readonly connection: 'postgres' | 'redis';
  readonly again: boolean;
  readonly without: MutationName;
}

const POINTS: readonly ApiPoint[] = [
  {
    name: 'before a push is stored: the client sends it again',
    ...{ connection: 'postgres', match: STATEMENTS.storePush, edge: 'before', again: true },
    without: 'the commit before the answer',
  },
  {
    name: 'after a push is stored: the client sends it again',
    ...{ connection: 'postgres', match: STATEMENTS.storePush, edge: 'after', again: true },
    without: 'the idempotency key',
  },
  {
    name: 'after a push is stored: the client is gone',
    ...{ connection: 'postgres', match: STATEMENTS.storePush, edge: 'after', again: false },
    without: 'the sweeper',
  },
  {
    name: 'before it rings for a push',
    ...{ connection: 'redis', match: RING, edge: 'before', again: false },
    without: 'the sweeper',
  },
  {
    name: 'after it rang for a push: the client sends it again',
    ...{ connection: 'redis', match: RING, edge: 'after', again: true },
    without: 'the idempotency key',
  },
];

faultTests([...POINTS.map(toTest), ...syncTests()]);

function toTest({ name, connection, again, without, ...point }: ApiPoint): FaultTest {
  return {
    name: `R44: the API killed ${name}, and it is done once`,
    without: [without],
    async run(mutation) {
      const { prisma } = (await open(mutation)).database.db;
      const dead = api.killAt(connection, point);
      await push({ again });
      await reached(dead);
      await world!.startWorker();
      await drained();
      expect(await prisma.push.findMany({ include: { task: true } })).toMatchObject([
        { result: { status: 'succeeded' }, task: { status: 'succeeded', counts: { user: { seen: 1, created: 1 } } } },
      ]);
      expect(await prisma.user.findMany({ select: { username: true, version: true } })).toEqual([
        { username: 'ann', version: 1 },
      ]);
    },
  };
}

function syncTests(): readonly FaultTest[] {
  const point = { match: STATEMENTS.queueTask, edge: 'after' } as const;
  return [
    {
      name: 'R44: the API killed after a task was queued, before the ring: the task is done',
      without: ['the sweeper'],
      async run(mutation) {
        const { tasks, database } = await open(mutation);
        const name = 'missing';
        await tasks.addSource(name, { type: 'push' });
        const dead = api.killAt('postgres', point);
        await api.call('POST', `/api/v1/sources/${name}/sync`, { mode: 'delta' }).catch(() => null);
        await reached(dead);
        await world!.startWorker();
        const all = () => database.db.prisma.syncTask.findMany();
        await waitFor(async () => (await all())[0]?.status === 'succeeded', 15_000).catch(() => undefined);
        expect(await all()).toMatchObject([{ status: 'succeeded', attempt: 1 }]);
      },
    },
  ];
}

async function open(mutation: Mutation): Promise<FaultWorld> {
  world = await openFaultWorld(mutation);
  api = await world.startApi();
  return world;
}

/** Until every push is finished and the queue is empty, with a time limit. */
async function drained(): Promise<void> {
  const { prisma } = world!.database.db;
  const open = () => prisma.push.count({ where: { finishedAt: null } });
  await waitFor(async () => (await open()) === 0, 15_000).catch(() => undefined);
  const active = () => prisma.syncTask.count({ where: { finishedAt: null } });
  await waitFor(async () => (await active()) === 0, 15_000).catch(() => undefined);
}
