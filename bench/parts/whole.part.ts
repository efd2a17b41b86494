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
  /** With the default settings: all scenes, not only those of the floor, and their limits. */
  readonly asItComes: boolean;
}

const SOURCE = 'big';
const FIRST_LOAD = 'first load';
const SCENE_LIMITS = new Map<string, Limit>([
  [FIRST_LOAD, LIMITS.firstLoad],
  ['unchanged', LIMITS.unchanged],
  ['1 % changed', LIMITS.onePercent],
]);

/** The product as it comes. */
export const wholePart = makePart({
  name: 'whole',
  title: 'The product: API, one worker, queue in Redis, raw record log on; compared with the floor',
  rawLog: true,
  asItComes: true,
});

/** What the raw record log costs. */
export const wholeWithoutLogPart = makePart({
  name: 'whole-no-log',
  title: 'The same without the raw record log; compared with the floor',
  rawLog: false,
  asItComes: false,
});

/** What a queue without Redis costs. */
export const wholeInPostgresPart = makePart({
  name: 'whole-postgres',
  title: 'The same with the queue in PostgreSQL; compared with the floor',
  queue: 'postgres',
  rawLog: true,
  asItComes: false,
});

function makePart(variant: Variant): Part {
  const { name, title, asItComes } = variant;
  const only = (limit: Limit | undefined) => (asItComes && limit ? { limit } : {});
  return {
    ...{ name, title },
    every: 'run',
    turn: (turn) => turn.world.inSystem(variant, (bench) => play(variant, turn, bench)),
    rows: (options) => [
      ...scenesOf(options).map((scene) => ({ ...rowOf(name, scene), ...only(SCENE_LIMITS.get(scene.name)) })),
      { what: 'First load, from start to first commit', sample: `${name}/first row`, unit: 's' },
      { what: "delay of the worker's event loop, p99.9", sample: `${name}/lag`, unit: 'ms', ...only(LIMITS.lagMs) },
      { what: "worker's highest memory", sample: `${name}/peak`, unit: 'MB', ...only(LIMITS.workerMegabytes) },
    ],
  };
}

function rowOf(part: string, { name, synthetic: { users }, withFloor }: Scene): Row {
  return {
    ...{
      what: name,
      sample: `${part}/${name}`,
      unit: 's',
      records: users,
      headline: name === FIRST_LOAD || !withFloor,
    },
    ...(withFloor ? { beside: { name: 'floor', sample: `floor/${name}` } } : {}),
  };
}

async function play({ name: part, rawLog, asItComes }: Variant, turn: Turn, bench: BenchSystem): Promise<void> {
  const { options, samples } = turn;
  const scenes = scenesOf(options).filter((scene) => asItComes || scene.withFloor);
  const lastWithFloor = scenes.findLastIndex((scene) => scene.withFloor);
  for (const [at, { name, synthetic }] of scenes.entries()) {
    if (at === 0) await addSource(bench, { name: SOURCE, synthetic, rawLog });
    else await changeSource(bench, SOURCE, synthetic);
    samples.add(`${part}/${name}`, at === 0 ? await loadFirst(part, turn, bench) : await syncAndWait(bench, SOURCE));
    if (at === lastWithFloor) samples.note(`rows of ${part}`, await fingerprintRows(bench.database));
  }
  samples.add(`${part}/peak`, await bench.workers[0]!.peakMegabytes());
}

/** @returns seconds. */
async function loadFirst(part: string, { options, samples }: Turn, bench: BenchSystem): Promise<number> {
  const [worker] = bench.workers;
  await worker!.lagMs();
  const begin = performance.now();
  const [seconds, seen] = await Promise.all([syncAndWait(bench, SOURCE), untilFirstRow(bench, SOURCE)]);
  samples.add(`${part}/first row`, (seen - begin) / 1_000);
  samples.add(`${part}/lag`, await worker!.lagMs());
  samples.add(`${part}/rate`, options.users / seconds);
  return seconds;
}
