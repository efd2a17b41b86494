import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What the console is made of, below the project's folder. */
const MADE_OF = ['console/src', 'console/public', 'console/index.html', 'console/vite.config.ts', 'package-lock.json'];

/**
 * Builds the console when that was never done, or its sources are newer; a few seconds.
 *
 * @returns whether it was built now.
 * @throws Error with what the build says.
 */
export async function ensureConsole(root: string, say: (text: string) => void = () => undefined): Promise<boolean> {
  const built = await stat(join(root, 'dist/console/index.html')).catch(() => null);
  if (built && built.mtimeMs >= (await newest(MADE_OF.map((path) => join(root, path))))) return false;
  say('  console      is being built (only the first time)');
  await build(root);
  return true;
}

async function newest(paths: readonly string[]): Promise<number> {
  const times = await Promise.all(paths.map(timeOf));
  return Math.max(0, ...times);
}

async function timeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => null);
  if (!found) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  return newest((await readdir(path)).map((name) => join(path, name)));
}

async function build(root: string): Promise<void> {
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const args = [vite, 'build', '--config', 'console/vite.config.ts', '--logLevel', 'error'];
  // Tests ask for it too: what is built is what is shipped.
  const env = { ...process.env, NODE_ENV: 'production' };
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the console cannot be built: ${said.trim().slice(-2_000)}`);
}
