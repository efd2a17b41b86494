import type { OwnPostgres } from '../src/testing/fault/own-postgres.js';
import type { SourceServer } from '../src/testing/fault/source-server.js';
import type { TestRedis } from '../src/testing/servers/redis.js';
import type { Fleet } from './fleet.js';
import type { Random } from './random.js';
import { count, type Tally } from './tally.js';

/** What faults are made of. */
export interface FaultTools {
  readonly fleet: Fleet;
  readonly redis: TestRedis;
  readonly postgres: OwnPostgres;
  readonly server: SourceServer;
  readonly random: Random;
  readonly tally: Tally;
  readonly isOver: () => boolean;
}

type Fault = (tools: FaultTools) => Promise<void>;

const forAWhile = (random: Random, low: number, high: number) =>
  new Promise((resolve) => setTimeout(resolve, random.between(low, high)));

const pickWorker = ({ fleet, random }: FaultTools) => random.pick(fleet.workers);

/** By name; a worker's kill is listed twice because it is what happens most. */
const FAULTS: readonly (readonly [string, Fault])[] = [
  ['worker killed', ({ fleet, random }) => fleet.replaceWorker(random.between(0, fleet.workers.length - 1))],
  ['worker killed', ({ fleet, random }) => fleet.replaceWorker(random.between(0, fleet.workers.length - 1))],
  [
    'worker stopped and continued',
    async (tools) => {
      const worker = pickWorker(tools);
      worker.freeze();
      await forAWhile(tools.random, 500, 8_000);
      worker.thaw();
    },
  ],
  ['api killed', ({ fleet }) => fleet.replaceApi()],
  ['queue emptied', ({ redis }) => redis.flush()],
  [
    'redis restarted empty',
    async ({ redis, random }) => {
      await redis.stop();
      await forAWhile(random, 200, 3_000);
      await redis.start();
    },
  ],
  ['postgres restarted', ({ postgres }) => postgres.restartImmediately()],
  [
    'worker disconnected from redis',
    async (tools) => {
      const { redis } = pickWorker(tools);
      redis.cut();
      await forAWhile(tools.random, 500, 5_000);
      redis.heal();
    },
  ],
  [
    'worker connected to a silent server instead of postgres',
    async (tools) => {
      const { postgres } = pickWorker(tools);
      postgres.stall();
      await forAWhile(tools.random, 500, 6_000);
      postgres.heal();
    },
  ],
  ['connections to postgres reset', (tools) => Promise.resolve(pickWorker(tools).postgres.reset())],
  [
    'sources answer 500',
    async ({ server, random }) => {
      for (const name of server.listings.keys()) {
        server.faults.set(name, (response) => Boolean(response.writeHead(500).end()));
      }
      await forAWhile(random, 200, 1_500);
      server.faults.clear();
    },
  ],
];

/** One fault after the other, at random times, until it is over. */
export async function injectFaults(tools: FaultTools): Promise<void> {
  const { random, tally } = tools;
  while (!tools.isOver()) {
    await forAWhile(random, 1_000, 5_000);
    const [name, fault] = random.pick(FAULTS);
    await fault(tools);
    count(tally.faults, name);
  }
}
