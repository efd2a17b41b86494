import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

const ROOTS = ['src', 'workers', 'prisma', 'console', 'docs'];
/** Requirements of levels 1 and 2 by chapter, as ASVS 5.0.0 has them. */
const REQUIREMENTS: Readonly<Record<string, number>> = {
  ...{ V1: 27, V2: 11, V3: 19, V4: 10, V5: 9, V6: 35, V7: 18, V8: 7, V9: 7 },
  ...{ V10: 29, V11: 14, V12: 9, V13: 13, V14: 9, V15: 13, V16: 16, V17: 7 },
};

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Every file of the repository, as its path from the root. */
async function listFiles(): Promise<readonly string[]> {
  const root = new URL('../../', import.meta.url).pathname;
  const found = await Promise.all(
    ROOTS.map(async (folder) => {
      const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
      return entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name).slice(root.length));
    }),
  );
  return [...found.flat(), ...(await readdir(root))];
}

/** File names between backticks; `*` stands for any name. */
const namesIn = (text: string) =>
  [...text.matchAll(/`([\w./*-]+\.(?:ts|tsx|mjs|md))`/g)].map(([, name]) => name!.replace(/^\.\//, ''));

const isThere = (files: readonly string[], name: string) => {
  const [before = '', after] = name.split('*');
  if (after !== undefined) return files.some((file) => file.startsWith(before) && file.endsWith(after));
  return files.some((file) => file === name || (!name.includes('/') && basename(file) === name));
};

test.each(['docs/asvs.md', 'SECURITY.md'])('every file that %s names is there', async (path) => {
  const [files, text] = [await listFiles(), await read(path)];
  const names = namesIn(text);
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !isThere(files, name))).toEqual([]);
});

test('docs/asvs.md has every requirement of levels 1 and 2 once, each with a verdict, and counts them rightly', async () => {
  const text = await read('docs/asvs.md');
  const rows = text.split('\n').filter((line) => /^\| V\d/.test(line));
  const stands = rows.flatMap((row) => {
    const [, numbers = '', , , how = ''] = row.split('|');
    const verdict = /^ \*\*(met|partly|not met|does not apply)\*\*: \S/.exec(how)?.[1];
    return numbers.split(',').map((number) => ({ number: number.trim(), verdict }));
  });
  expect(stands.filter(({ verdict }) => verdict === undefined)).toEqual([]);
  expect(new Set(stands.map(({ number }) => number)).size).toBe(stands.length);
  const countOf = (chapter: string) => stands.filter(({ number }) => number.startsWith(`${chapter}.`)).length;
  expect(Object.fromEntries(Object.keys(REQUIREMENTS).map((one) => [one, countOf(one)]))).toEqual(REQUIREMENTS);
  const of = (wanted: string) => stands.filter(({ verdict }) => verdict === wanted).length;
  const summary = `Of ${stands.length} requirements, ${of('met')} are met, ${of('partly')} are partly met, ${of('not met')} are not met, and ${of('does not apply')} do not apply.`;
  expect(text).toContain(summary);
});
