import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runQuickstart } from './run-quickstart.js';

/** Rollcall on a machine with nothing but Node: everything is started here, shown once, and stopped again. */
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const stopping = new AbortController();

// A terminal and npm both send Ctrl-C: one more signal is no impatience.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());

process.exitCode = await runQuickstart({
  root,
  folder: process.env['ROLLCALL_FOLDER'] ?? resolve(root, '.rollcall'),
  once: process.argv.includes('--once'),
  signal: stopping.signal,
  say: (text) => void process.stdout.write(`${text}\n`),
});
