import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runQuickstart } from './run-quickstart.js';

/** Rollcall on a machine with nothing but Node: everything is started here, shown once, and stopped again. */
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const stopping = new AbortController();
const stop = () => stopping.abort();

// A terminal and npm both send Ctrl-C: a second signal does not force an exit.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
// The reader of standard output is gone, as with "| head".
process.stdout.on('error', stop);
if (process.env['npm_lifecycle_event']) stopWithNpm(process.ppid);

process.exitCode = await runQuickstart({
  root,
  folder: process.env['ROLLCALL_FOLDER'] ?? resolve(root, '.rollcall'),
  once: process.argv.includes('--once'),
  signal: stopping.signal,
  say: (text) => void process.stdout.write(`${text}\n`),
});

/** npm starts this process through a shell that does not pass signals on: when it is gone, npm was ended. */
function stopWithNpm(parent: number): void {
  setInterval(() => process.ppid !== parent && stop(), 500).unref();
}
