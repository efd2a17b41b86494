import { readFile, writeFile } from 'node:fs/promises';

/** A text that is generated once and kept in a file that only its owner can read. */
export async function keepText(file: string, make: () => Promise<string>): Promise<string> {
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (kept.trim() !== '') return kept.trim();
  const made = await make();
  await writeFile(file, `${made}\n`, { mode: 0o600 });
  return made;
}
