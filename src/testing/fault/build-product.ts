import { transform } from '@swc/core';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Patch } from './patch.js';

/** Where builds live: ignored by git and by every tool, and inside the project, where its packages are found. */
const BUILDS = resolve('.rollcall', 'fault');

/** Builds of other texts are thrown away when they are older. */
const KEEP_MS = 3_600_000;

/**
 * Compiles the product with some places of its text changed. The same text is compiled once.
 *
 * @returns the folder that has `src/server.js` and `workers/main.js`.
 * @throws Error naming the patch whose place is not there (or more than once): it would prove nothing any more.
 */
export async function buildProduct(patches: readonly Patch[]): Promise<string> {
  const texts = await readSources();
  for (const patch of patches) applyPatch(texts, patch);
  const hash = createHash('sha256');
  for (const [file, text] of texts) hash.update(file).update('\0').update(text);
  const folder = join(BUILDS, hash.digest('hex').slice(0, 16));
  if (await exists(folder)) return folder;
  await forgetOldBuilds();
  const unfinished = `${folder}.${process.pid}`;
  for (const [file, text] of texts) await compile(unfinished, file, text);
  await symlink(resolve('prisma', 'migrations'), join(unfinished, 'prisma', 'migrations'));
  // Another process may have been faster: then its build serves.
  await rename(unfinished, folder).catch(() => rm(unfinished, { recursive: true, force: true }));
  return folder;
}

/** @throws Error when the place is not there, or more than once. */
function applyPatch(texts: Map<string, string>, { file, find, replace }: Patch): void {
  const text = texts.get(file);
  if (text === undefined) throw new Error(`A patch is for ${file}, which is not there.`);
  const places = text.split(find).length - 1;
  if (places !== 1) throw new Error(`A patch needs "${find}" once in ${file}; it is there ${places} times.`);
  texts.set(
    file,
    text.replace(find, () => replace),
  );
}

async function readSources(): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const root of ['prisma', 'src', 'workers']) {
    const names = (await readdir(root, { recursive: true })).filter((name) => /(?<!\.test|\.contract)\.ts$/.test(name));
    for (const name of names.sort()) texts.set(join(root, name), await readFile(join(root, name), 'utf8'));
  }
  return texts;
}

async function compile(folder: string, file: string, text: string): Promise<void> {
  const { code } = await transform(text, {
    filename: file,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'es6' },
  });
  const path = join(folder, file.replace(/\.ts$/, '.js'));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, code);
}

async function forgetOldBuilds(): Promise<void> {
  for (const name of await readdir(BUILDS).catch(() => [])) {
    const at = await stat(join(BUILDS, name)).catch(() => null);
    if (at && at.mtimeMs < Date.now() - KEEP_MS) await rm(join(BUILDS, name), { recursive: true, force: true });
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
