import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type AbuseFigures, abuseScenes, residentMegabytes, runScene } from '../../src/testing/attacks/abuse.js';
import type { Attacked } from '../../src/testing/attacks/abuse-scene.js';
import { addChangedTask } from '../../src/testing/attacks/changed-task.js';
import type { BenchSystem } from '../bench-world.js';
import { LIMITS } from '../limits.js';
import type { Part, Row } from '../part.js';
import { PushClient } from '../push-client.js';
import type { Samples } from '../samples.js';
import { quantile } from '../statistics.js';
import { succeed } from '../sync-and-wait.js';

const ROUNDS = 3;
/** Until collected memory is given back to the system. */
const REST_MS = 10_000;

/** What another client meets while others send large, slow or broken bodies, or keep thousands of answers open. */
export const abusePart: Part = {
  name: 'abuse',
  title: 'Another client while others abuse the API',
  every: 'once',
  turn: ({ world, samples }) =>
    world.inSystem({ workers: 0, env: { REQUEST_SECONDS: '10' } }, async (bench) => {
      const attacked = await attackedOf(bench);
      for (const scene of abuseScenes(1)) await runScene(scene, attacked);
      await rest();
      for (const scene of abuseScenes(ROUNDS)) {
        const before = await residentMegabytes(attacked.apiPid);
        const disk = await diskMegabytes(bench);
        const figures = await runScene(scene, attacked);
        await rest();
        note(samples, scene.name, figures);
        samples.add(`abuse/${scene.name} disk`, (await diskMegabytes(bench)) - disk);
        samples.add(`abuse/${scene.name} rest`, (await residentMegabytes(attacked.apiPid)) / before);
      }
    }),
  rows: () => abuseScenes(ROUNDS).flatMap(({ name }) => rowsOf(name)),
};

function note(samples: Samples, name: string, { times, megabytes }: AbuseFigures): void {
  samples.add(`abuse/${name} p50`, quantile(times, 0.5));
  samples.add(`abuse/${name} p95`, quantile(times, 0.95));
  samples.add(`abuse/${name} max`, Math.max(...times));
  samples.add(`abuse/${name} memory`, megabytes);
}

function rowsOf(name: string): readonly Row[] {
  const row = (sample: string, what: string, unit: Row['unit']): Row => ({
    what: `${name}: ${what}`,
    sample: `abuse/${name} ${sample}`,
    unit,
  });
  return [
    row('p50', 'another client, p50', 'ms'),
    { ...row('p95', 'another client, p95', 'ms'), limit: LIMITS.abuseP95 },
    row('max', 'another client, max', 'ms'),
    row('memory', 'memory of the API at the end', 'MB'),
    { ...row('rest', 'memory 10 s later, compared with before', '×'), limit: LIMITS.abuseMemory },
    row('disk', 'database and logs grew by', 'MB'),
  ];
}

async function attackedOf(bench: BenchSystem): Promise<Attacked> {
  const client = new PushClient(bench);
  const pushKey = await client.makeKey('abuser');
  await client.close();
  const { baseUrl, apiPid, key: readKey } = bench.system;
  const viewer = { name: 'viewer', role: 'viewer' };
  const { key: viewKey } = await succeed<{ key: string }>(bench.system, 'POST', '/api/v1/keys', viewer);
  const exportPath = `/api/v1/tasks/${await addChangedTask(bench.database, 10_000)}/changes.csv`;
  return { baseUrl, apiPid, readKey, pushKey, viewKey, exportPath };
}

async function diskMegabytes({ system, database }: BenchSystem): Promise<number> {
  const { rows } = await database.query<{ bytes: string }>('SELECT pg_database_size(current_database()) AS bytes');
  const files = await readdir(system.logDir, { recursive: true });
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(system.logDir, file))).size));
  return Math.round((Number(rows[0]?.bytes) + sizes.reduce((sum, size) => sum + size, 0)) / 1_048_576);
}

const rest = () => new Promise((done) => setTimeout(done, REST_MS));
