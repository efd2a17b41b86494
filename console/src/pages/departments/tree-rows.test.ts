import { type Branch, treeRows } from './tree-rows.js';

const node = (id: string, isLeaf = true) => ({
  id,
  title: id,
  parentId: null,
  order: null,
  isLeaf,
  path: [id],
  members: 0,
});
const branch = (ids: readonly string[], nextCursor: string | null = null): Branch => ({
  items: ids.map((id) => node(id, id.endsWith('leaf'))),
  nextCursor,
});
const shown = (...given: Parameters<typeof treeRows>) =>
  treeRows(...given).map((row) => `${row.level} ${row.sort === 'node' ? row.node.id : row.sort}`);

test('the roots are awaited before anything is read', () => {
  expect(shown(new Map(), new Set())).toEqual(['1 loading']);
});

test('only open branches are shown, each below its parent', () => {
  const branches = new Map([
    [null, branch(['a', 'b'])],
    ['a', branch(['a1', 'a2-leaf'])],
    ['a1', branch(['hidden-leaf'])],
  ]);
  expect(shown(branches, new Set(['a']))).toEqual(['1 a', '2 a1', '2 a2-leaf', '1 b']);
});

test('a branch that is being read, and one with more pages, say so', () => {
  const branches = new Map([[null, branch(['a', 'b'], 'next')]]);
  expect(shown(branches, new Set(['b']))).toEqual(['1 a', '1 b', '2 loading', '1 more']);
});

test('a leaf has nothing to open', () => {
  expect(shown(new Map([[null, branch(['x-leaf'])]]), new Set(['x-leaf']))).toEqual(['1 x-leaf']);
});
