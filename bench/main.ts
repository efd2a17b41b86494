import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { System } from '../src/testing/system.js';
import type { SyntheticOptions } from '../src/testing/synthetic-source.js';
import { type BenchWorld, openBenchWorld, syncAndWait } from './bench-world.js';
import { Floor } from './floor.js';
import { syncRowByRow } from './peer.js';
import { pushIdle, pushSingles, pushThousands } from './pushes.js';
import { type Measured, median, toTable } from './report.js';

/**
 * `npm run bench -- [--users 100000] [--departments 5000] [--runs 5] [--seconds 20] [--json file]`: the product against
 * the floor of PostgreSQL and against a row-by-row sync, all in one run, in turns. Judges nothing: machines are noisy.
 */
const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '100000' },
    departments: { type: 'string', default: '5000' },
    runs: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '20' },
    json: { type: 'string' },
  },
});
const [users, departments, runs] = [Number(values.users), Number(values.departments), Number(values.runs)];
const PEER_USERS = Math.min(2_000, users);

/** What the source is like, one after the other, in one database. */
const SCENES: readonly (readonly [string, SyntheticOptions])[] = [
  ['first load', { users, departments }],
  ['unchanged', { users, departments }],
  ['1 % changed', { users, departments, changedPercent: 1, seed: 1 }],
  ['5 % removed, approved', { users: Math.round(users * 0.95), departments, changedPercent: 1, seed: 1 }],
  [
    'all departments moved, approved',
    { users: Math.round(users * 0.95), departments, changedPercent: 1, seed: 1, fanOut: 7 },
  ],
];

/** The merge of the floor removes nobody and knows no tree. */
const WITH_FLOOR = 3;

const world = await openBenchWorld();
try {
  const rows = await benchSyncs(world);
  const pushes = await benchPushes(world);
  print(`\n${toTable(rows)}\n`);
  print(`pushes of one record, idle: ${JSON.stringify(pushes.idle)}`);
  print(`pushes of one record, 200 clients: ${JSON.stringify(pushes.singles)}`);
  if (values.json) await writeFile(values.json, JSON.stringify({ users, departments, runs, rows, pushes }, null, 2));
} finally {
  await world.close();
}

async function benchSyncs(servers: BenchWorld): Promise<Measured[]> {
  const ours = SCENES.map((): number[] => []);
  const floors = SCENES.map((): number[] => []);
  const peer: number[] = [];
  for (let run = 1; run <= runs; run += 1) {
    await inDatabase(servers, `floor_${run}`, async (url) => {
      const floor = await Floor.open(url);
      for (let at = 0; at < WITH_FLOOR; at += 1) floors[at]?.push(await floor.merge(SCENES[at]![1]));
      await floor.close();
    });
    await inDatabase(servers, `ours_${run}`, async (url) => {
      const system = await servers.startSystem(url);
      await runScenes(system, ours);
      await system.stop();
    });
    await inDatabase(servers, `peer_${run}`, async (url) => {
      peer.push(await syncRowByRow(url, { users: PEER_USERS, departments: Math.min(100, departments) }));
    });
    const told = SCENES.map(
      ([name], at) => `${name} ${ours[at]!.at(-1)!.toFixed(2)} (${floors[at]!.at(-1)?.toFixed(2) ?? '-'})`,
    );
    print(
      `run ${run}, seconds (floor): ${told.join(', ')}; row by row ${Math.round(PEER_USERS / peer.at(-1)!)} users/s`,
    );
  }
  const faster = users / median(ours[0]!) / (PEER_USERS / median(peer));
  return [
    ...SCENES.map(([name, { users: records }], at) => ({
      ...{ name, records, seconds: ours[at]! },
      ...(at < WITH_FLOOR ? { floor: floors[at]! } : {}),
    })),
    { name: `row by row, first load (ours is ${faster.toFixed(0)} times as fast)`, records: PEER_USERS, seconds: peer },
  ];
}

async function runScenes(system: System, into: number[][]): Promise<void> {
  const body = { name: 'big', type: 'scripted', title: 'Big', config: { synthetic: SCENES[0]![1] } };
  await system.call('POST', '/api/v1/sources', body);
  for (const [at, [, synthetic]] of SCENES.entries()) {
    await system.call('PATCH', '/api/v1/sources/big', { config: { synthetic } });
    into[at]?.push(await syncAndWait(system, 'big'));
  }
}

async function benchPushes(servers: BenchWorld) {
  let result: Awaited<ReturnType<typeof pushAll>> | undefined;
  await inDatabase(servers, 'pushes', async (url) => {
    const system = await servers.startSystem(url);
    result = await pushAll(system);
    await system.stop();
  });
  return result!;
}

async function pushAll(system: System) {
  await system.call('POST', '/api/v1/sources', { name: 'api', type: 'push', title: 'API', config: {} });
  const idle = await pushIdle(system, 'api', 50);
  const singles = await pushSingles(system, 'api', { clients: 200, seconds: Number(values.seconds) });
  const seconds = await pushThousands(system, 'api', users);
  print(`${users} records in requests of 1,000: ${seconds.toFixed(1)} s, ${Math.round(users / seconds)} records/s`);
  return { idle, singles, thousands: { records: users, seconds } };
}

async function inDatabase(servers: BenchWorld, name: string, work: (url: string) => Promise<void>): Promise<void> {
  const url = await servers.createDatabase(name);
  await work(url);
  await servers.dropDatabase(name);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
