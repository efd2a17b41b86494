import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Says how much a browser reads before the sources stand, gzipped, and fails above the limit. `npm run console:size` */
const LIMIT_BYTES = 450 * 1024;
const FOLDER = 'dist/console';
const ENTRIES = [
  'index.html',
  'src/pages/dashboard/dashboard.tsx',
  'src/pages/dashboard/changes-chart.tsx',
  'src/pages/sources/sources.tsx',
];

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

const manifest = JSON.parse(await readFile(join(FOLDER, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>;
const files = new Set<string>();
for (const entry of ENTRIES) add(entry);
const sizes = await Promise.all([...files].map(async (file) => gzipSync(await readFile(join(FOLDER, file))).length));
const total = sizes.reduce((sum, size) => sum + size, 0);
process.stdout.write(`${files.size} files, ${Math.round(total / 1024)} kB gzip of at most ${LIMIT_BYTES / 1024} kB\n`);
if (total > LIMIT_BYTES) process.exitCode = 1;

/** A chunk with all that it imports, once. */
function add(name: string): void {
  const chunk = manifest[name];
  if (!chunk) throw new Error(`The build has no ${name}.`);
  if (files.has(chunk.file)) return;
  for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
  for (const one of chunk.imports ?? []) add(one);
}
