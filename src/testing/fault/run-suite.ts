import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONTROL } from './control-words.js';

/**
 * `npm run test:fault [-- --controls] [jest's options]`: the fault suite, or its controls: every test once for each guard
 * that it proves, with that guard off. The controls are green when every test was red.
 */
const controls = process.argv.includes('--controls');
const options = process.argv.slice(2).filter((option) => option !== '--controls');

/** What we read of jest's report. */
interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

const folder = await mkdtemp(join(tmpdir(), 'rollcall-suite-'));
const outputFile = join(folder, 'report.json');
try {
  process.exitCode = await runJest();
  if (controls) printTable(JSON.parse(await readFile(outputFile, 'utf8')) as Report);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function runJest(): Promise<number> {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const args = [...flags, 'node_modules/jest/bin/jest.js', '--json', '--outputFile', outputFile, ...options];
  const env = { ...process.env, FAULT_SUITE: 'true', FAULT_CONTROLS: String(controls) };
  // The report goes to the file; what jest says to people comes by the other way.
  const jest = spawn(process.execPath, args, { env, stdio: ['inherit', 'ignore', 'inherit'] });
  const [code] = (await once(jest, 'exit')) as [number | null];
  return code ?? 1;
}

function printTable({ testResults }: Report): void {
  const rows = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status !== 'pending');
  const judged = rows.map(({ title, status }) => {
    const [name = '', guard = ''] = title.split(` ${CONTROL} `);
    return { name, guard, red: status === 'passed' };
  });
  process.stdout.write('\n| test | without | |\n|---|---|---|\n');
  for (const { name, guard, red } of judged) {
    process.stdout.write(`| ${name} | ${guard} | ${red ? 'red' : 'NOT RED'} |\n`);
  }
  const red = judged.filter((one) => one.red).length;
  process.stdout.write(`\n${red} of ${judged.length} controls are red.\n`);
}
