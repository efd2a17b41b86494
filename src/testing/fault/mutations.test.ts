import { readFile } from 'node:fs/promises';
import { type Mutation, MUTATIONS } from './mutations.js';
import { QUICK_LOCK, QUICK_PATCHES } from './quick-patches.js';

/** Controls run seldom: this tells at once when a change of the product takes one of them its place. */
const patches = [
  ...[...QUICK_PATCHES, ...QUICK_LOCK].map((patch) => ['quick', patch] as const),
  ...Object.entries<Mutation>(MUTATIONS).flatMap(([name, { patches: own = [] }]) =>
    own.map((patch) => [name, patch] as const),
  ),
];

test.each(patches)('the place of "%s" is there once', async (_name, { file, find }) => {
  const text = await readFile(file, 'utf8');
  expect(text.split(find).length - 1).toBe(1);
});
