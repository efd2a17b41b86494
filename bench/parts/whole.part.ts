import type { BenchSystem, BenchSystemOptions } from '../bench-world.js';
import { fingerprintRows } from '../fingerprint.js';
import { LIMITS } from '../limits.js';
import type { Limit, Part, Row, Turn } from '../part.js';
import { type Scene, scenesOf } from '../scenes.js';
import { addSource, changeSource, syncAndWait, untilFirstRow } from '../sync-and-wait.js';

interface Variant extends BenchSystemOptions {
  readonly name: string;
  readonly title: string;
  readonly rawLog: boolean;
  /** All scenes, not only those of the floor. */
  readonly allScenes: boolean;
}

const FIRST_LOAD = 'first load';
const WANTED = new Map<string, Limit>([
  [FIRST_LOAD, LIMITS.firstLoad],
  ['unchanged', LIMITS.unchanged],
  ['1 % changed', LIMITS.onePercent],
]);

/** The product as it comes. */
export const wholePart = makePart({
  name: 'whole',
  title: 'The product: API, one worker, queue in Redis, raw record log on; beside the floor',
  rawLog: true,
  allScenes: true,
});

/** What the raw record log costs. */
export const wholeWithoutLogPart = makePart({
  name: 'whole-no-log',
  title: 'The same without the raw record log; beside the floor',
  rawLog: false,
  allScenes: false,
});

/** What a queue without Redis costs. */
export const wholeInPostgresPart = makePart({
  name: 'whole-postgres',
  title: 'The same with the queue in PostgreSQL; beside the floor',
  queue: 'postgres',
  rawLog: true,
  allScenes: false,
});

function makePart(variant: Variant): Part {
  const { name, title } = variant;
  return {
    ...{ name, title },
    every: 'run',
    turn: (turn) => turn.world.inSystem(variant, (bench) => play(variant, turn, bench)),
    rows: (options) => [
      ...scenesOf(options).map((scene) => rowOf(name, scene)),
      { what: 'Sync pressed to first record committed, first load', sample: `${name}/first row`, unit: 's' },
      { what: "worker's event loop, late, p99.9", sample: `${name}/lag`, unit: 'ms', limit: LIMITS.lagMs },
      { what: "worker's highest memory", sample: `${name}/peak`, unit: 'MB', limit: LIMITS.workerMegabytes },
    ],
  };
}

function rowOf(part: string, { name, synthetic: { users }, withFloor }: Scene): Row {
  const limit = WANTED.get(name);
  return {
    ...{ what: name, sample: `${part}/${name}`, unit: 's', records: users },
    ...(withFloor ? { beside: { name: 'floor', sample: `floor/${name}` } } : {}),
    ...(limit ? { limit } : {}),
  };
}

async function play({ name: part, rawLog, allScenes }: Variant, turn: Turn, bench: BenchSystem): Promise<void> {
  const { options, samples } = turn;
  const scenes = scenesOf(options).filter((scene) => allScenes || scene.withFloor);
  for (const [at, { name, synthetic }] of scenes.entries()) {
    if (at === 0) await addSource(bench, { name: 'big', synthetic, rawLog });
    else await changeSource(bench, 'big', synthetic);
    const seconds = at === 0 ? await loadFirst(part, turn, bench) : await syncAndWait(bench, 'big');
    samples.add(`${part}/${name}`, seconds);
    if (scenes[at + 1]?.withFloor !== true && scenes[at]?.withFloor) {
      samples.note(`rows of ${part}`, await fingerprintRows(bench.database));
    }
  }
  samples.add(`${part}/peak`, await bench.workers[0]!.peakMegabytes());
}

/** @returns seconds. */
async function loadFirst(part: string, { options, samples }: Turn, bench: BenchSystem): Promise<number> {
  const [worker] = bench.workers;
  await worker!.lagMs();
  const begin = performance.now();
  const [seconds, seen] = await Promise.all([syncAndWait(bench, 'big'), untilFirstRow(bench, 'big')]);
  samples.add(`${part}/first row`, (seen - begin) / 1_000);
  samples.add(`${part}/lag`, await worker!.lagMs());
  samples.add(`${part}/rate`, options.users / seconds);
  return seconds;
}
