import { randomUUID } from 'node:crypto';
import { type FaultTest, faultTests } from '../testing/fault/fault-test.js';
import { type FaultApi, type FaultWorld, openFaultWorld } from '../testing/fault/fault-world.js';
import { GUARD_TIMEOUT_MS } from '../testing/fault/kill-lane.js';
import type { Mutation, MutationName } from '../testing/fault/mutations.js';
import { reached } from '../testing/fault/reached.js';
import { STATEMENTS } from '../testing/fault/statements.js';
import type { TapPoint } from '../testing/fault/tap-rules.js';
import { waitFor } from '../testing/wait-for.js';

/**
 * The API is killed at named points of an edit by hand (R51). An edit that was answered is applied; one that was not, a
 * client may send again, and it is applied once.
 */
let world: FaultWorld | undefined;
let api: FaultApi;
let ann: string;

afterEach(async () => {
  await world?.stop();
  world = undefined;
});

interface ApiPoint extends TapPoint {
  readonly name: string;
  readonly connection: 'postgres' | 'redis';
  /** Whether the client sends the edit again, and whether it is applied before that. */
  readonly again: 'never' | 'at once' | 'after it is applied';
  readonly without: MutationName;
}

const RING = /^addStandardJob/;
const STORED = { connection: 'postgres', commitOf: STATEMENTS.storeEdit } as const;

const POINTS: readonly ApiPoint[] = [
  {
    name: 'before the commit of an edit: the client sends it again',
    ...{ ...STORED, edge: 'before', again: 'at once' },
    without: 'the commit of an edit before its answer',
  },
  {
    name: 'after the commit of an edit: the client sends it again',
    ...{ ...STORED, edge: 'after', again: 'at once' },
    without: 'the sweeper',
  },
  {
    name: 'after the commit of an edit: the client is gone',
    ...{ ...STORED, edge: 'after', again: 'never' },
    without: 'the sweeper',
  },
  {
    name: 'after the commit of an edit: the client sends it again when it is applied',
    ...{ ...STORED, edge: 'after', again: 'after it is applied' },
    without: 'the comparison of an edit with what is stored',
  },
  {
    name: 'before it rings for an edit: the client is gone',
    ...{ connection: 'redis', match: RING, edge: 'before', again: 'never' },
    without: 'the sweeper',
  },
  {
    name: 'after it rang for an edit: the client sends it again when it is applied',
    ...{ connection: 'redis', match: RING, edge: 'after', again: 'after it is applied' },
    without: 'the comparison of an edit with what is stored',
  },
];

faultTests(POINTS.map(toTest));

function toTest({ name, connection, again, without, ...point }: ApiPoint): FaultTest {
  return {
    name: `R51, R44: the API killed ${name}, and it is applied once`,
    without: [without],
    async run(mutation) {
      const { prisma } = (await open(mutation)).database.db;
      const dead = api.killAt(connection, point);
      const answer = await send().catch(() => null);
      await reached(dead);
      if (answer) expect(answer.status).toBe(202);
      else if (again === 'at once') await sendAgain();
      await world!.startWorker();
      await applied();
      if (!answer && again === 'after it is applied') await sendAgain();
      await applied();
      const user = await prisma.user.findUniqueOrThrow({ where: { id: ann } });
      expect(user).toMatchObject({ title: 'Chief', phone: '+49301234', version: 2 });
      const pushes = await prisma.push.findMany({ include: { task: true } });
      expect(pushes.map(({ result, task }) => ({ result, task: task?.status }))).toEqual(
        pushes.map(() => ({ result: expect.objectContaining({ status: 'succeeded' }) as object, task: 'succeeded' })),
      );
      expect(pushes.length).toBeGreaterThan(0);
    },
  };
}

const send = () => api.call('PATCH', `/api/v1/users/${ann}?wait=0`, { fields: { title: 'Chief' } });

/** The client sends the edit to a new API. */
async function sendAgain(): Promise<void> {
  api = await world!.startApi();
  expect((await send()).status).toBe(202);
}

async function open(mutation: Mutation): Promise<FaultWorld> {
  world = await openFaultWorld(mutation);
  ann = randomUUID();
  await world.database.db.prisma.user.create({ data: { id: ann, title: 'Clerk', phone: '+49301234' } });
  api = await world.startApi();
  return world;
}

/** Until every edit is finished and no task is left, with a time limit. */
async function applied(): Promise<void> {
  const { prisma } = world!.database.db;
  const isDone = async () =>
    (await prisma.push.count({ where: { finishedAt: null } })) === 0 &&
    (await prisma.syncTask.count({ where: { finishedAt: null } })) === 0;
  await waitFor(isDone, GUARD_TIMEOUT_MS).catch(() => undefined);
}
