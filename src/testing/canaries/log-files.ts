import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Haystack } from '../find-secrets.js';

/** Every log file below a folder. */
export async function logFiles(of: string): Promise<Haystack[]> {
  const names = await readdir(of, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
  return Promise.all(
    files.map(async (entry) => ({
      from: `log ${entry.name}`,
      text: await readFile(join(entry.parentPath, entry.name), 'utf8'),
    })),
  );
}
