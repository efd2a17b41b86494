import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { type BenchWorld, openBenchWorld } from './bench-world.js';
import { chooseParts } from './choose-parts.js';
import { evaluate } from './evaluate.js';
import { readOptions } from './options.js';
import type { Part } from './part.js';
import { toMarkdown, toText } from './report.js';
import { Samples } from './samples.js';

/**
 * `npm run bench -- [--users 100000] [--departments 5000] [--runs 5] [--only floor,whole] …`: the product against the
 * floor of PostgreSQL and a row-by-row sync, in turns on one server. Judges nothing: machines are noisy. Ends with 1
 * only when a part could not be measured.
 */
const options = readOptions(process.argv.slice(2));
const parts = chooseParts(options.only);
const samples = new Samples();
const world = await openBenchWorld();
try {
  for (let run = 1; run <= options.runs; run += 1) await runAll(world, run);
} finally {
  await world.close();
}
await report();

/** Every other run goes backwards, so that nothing always comes after the same. */
async function runAll(servers: BenchWorld, run: number): Promise<void> {
  const chosen = parts.filter((part) => run === 1 || part.every === 'run');
  for (const part of run % 2 === 1 ? chosen : chosen.toReversed()) {
    const begin = performance.now();
    const ended = await measure(servers, part);
    progress(`run ${run} of ${options.runs}: ${part.name} ${ended} (${inSeconds(performance.now() - begin)})`);
  }
}

/** What one part breaks must not cost the figures of the others. */
async function measure(servers: BenchWorld, part: Part): Promise<string> {
  try {
    await part.turn({ world: servers, options, samples });
    return 'measured';
  } catch (error) {
    process.exitCode = 1;
    return `NOT measured: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
}

async function report(): Promise<void> {
  const sections = parts.map((part) => ({ title: part.title, findings: evaluate(part, options, samples) }));
  const about = { machine: machineInWords(), sameRows: rowsInWords() };
  print(about.machine);
  print(`\n${options.markdown ? toMarkdown(sections) : toText(sections)}`);
  if (about.sameRows !== null) print(`\n${about.sameRows}`);
  if (options.jsonFile === null) return;
  const object = { ...about, options, findings: sections.flatMap(({ findings }) => findings), samples };
  await writeFile(options.jsonFile, `${JSON.stringify(object, null, 2)}\n`);
}

function machineInWords(): string {
  const { users, departments, runs } = options;
  const processors = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  const about = `${processors.length} × ${processors[0]?.model ?? 'processor'}, ${memory}, Node ${process.version}`;
  const count = (of: number) => of.toLocaleString('en');
  return `${about}, PostgreSQL ${world.postgresVersion}; ${count(users)} users, ${count(departments)} departments, ${runs === 1 ? 'one run' : `median of ${runs} runs`}`;
}

/** Whether the floor and the product came to the same rows; null when one of them did not run. */
function rowsInWords(): string | null {
  const [floor, ours] = [samples.noted('rows of floor'), samples.noted('rows of whole')];
  if (floor === undefined || ours === undefined) return null;
  return floor === ours ? `Floor and product have the same rows: ${ours}` : `NOT the same rows: ${floor} / ${ours}`;
}

function inSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

/** Beside the report, so that it can be kept by itself. */
function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
