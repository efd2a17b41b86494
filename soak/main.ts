import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openFaultWorld } from '../src/testing/fault/fault-world.js';
import { startOwnPostgres } from '../src/testing/fault/own-postgres.js';
import { startSourceServer } from '../src/testing/fault/source-server.js';
import { drivePushes } from './drive-pushes.js';
import { driveSource } from './drive-source.js';
import { injectFaults } from './faults.js';
import { Fleet } from './fleet.js';
import { MemorySlope } from './memory-slope.js';
import { createRandom } from './random.js';
import { createTally, type Tally } from './tally.js';

/**
 * `npm run soak -- --minutes 15 [--seed 7]`: everything at once under random faults, compared with a model of what the
 * truth should be. Ends with 1 when anything was lost, done twice or removed wrongly.
 */
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '15' }, seed: { type: 'string' } } });
const minutes = Number(values.minutes);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const SOURCES = 4;
const CLIENTS = 2;

print(`soak of ${minutes} min, seed ${seed} (again with: npm run soak -- --minutes ${minutes} --seed ${seed})`);
const folder = await mkdtemp(join(tmpdir(), 'rollcall-soak-'));
const postgres = await startOwnPostgres();
const world = await openFaultWorld({ database: postgres.database });
const server = await startSourceServer();
const tally = createTally();
try {
  await soak();
} finally {
  await world.stop();
  await server.close();
  await postgres.close();
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = tally.lost + tally.twice + tally.removedWrongly === 0 ? 0 : 1;

async function soak(): Promise<void> {
  const fleet = new Fleet(world, folder);
  await fleet.start(2);
  const end = Date.now() + minutes * 60_000;
  let isHealed = false;
  const [isOver, isQuiet] = [() => Date.now() >= end, () => isHealed];
  const veteranPid = fleet.veteran.node.child.pid!;
  const memory = new MemorySlope(veteranPid);
  const sampling = setInterval(() => void memory.sample(), 2_000);
  const telling = setInterval(() => print(inWords(tally)), 60_000);
  const shared = { world, tally, isOver: isQuiet };
  const drivers = [
    ...Array.from({ length: SOURCES }, (_, at) =>
      driveSource({ ...shared, server, random: createRandom(seed + 1 + at), name: `source${at}` }),
    ),
    ...Array.from({ length: CLIENTS }, (_, at) =>
      drivePushes({ ...shared, api: () => fleet.api, random: createRandom(seed + 100 + at), name: `client${at}` }),
    ),
  ];
  await injectFaults({ fleet, redis: world.redis, postgres, server, random: createRandom(seed), tally, isOver });
  fleet.heal();
  isHealed = true;
  await Promise.all(drivers);
  clearInterval(sampling);
  clearInterval(telling);
  print(inWords(tally));
  for (const detail of tally.details) print(detail);
  print(`worker's memory: ${memory.inWords()}`);
  const probed = await readFile(join(folder, `${veteranPid}.json`), 'utf8').catch(() => 'not known');
  print(`delay of the worker's event loop, ms: ${probed}`);
  const { fenced } = (await world.database.db.prisma.syncTask.aggregate({ _sum: { fenced: true } }))._sum;
  print(`writes refused by the fence: ${fenced ?? 0}`);
  print(`lost ${tally.lost}, twice ${tally.twice}, removed wrongly ${tally.removedWrongly}`);
}

function inWords({ faults, tasks, pushes, retries, approvals, lost, twice, removedWrongly }: Tally): string {
  const list = (counts: ReadonlyMap<string, number>) =>
    [...counts].map(([what, times]) => `${what} ${times}`).join(', ');
  return [
    `lost ${lost}, twice ${twice}, removed wrongly ${removedWrongly}`,
    `ended: ${list(tasks)}; pushes ${pushes}; retried by hand ${retries}, approved by hand ${approvals}`,
    `faults: ${list(faults)}`,
  ].join(' | ');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
