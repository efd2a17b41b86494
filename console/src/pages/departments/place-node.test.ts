import { type Branches, placeNode } from './place-node.js';
import type { Branch } from './tree-rows.js';

interface Given {
  readonly parentId?: string | null;
  readonly title?: string;
  readonly order?: number;
  readonly isLeaf?: boolean;
}

const node = (id: string, { parentId = null, title = id, order = 1, isLeaf = true }: Given = {}) => {
  return { id, title, parentId, order, isLeaf, path: [id], members: 0 };
};
const branch = (items: readonly ReturnType<typeof node>[], nextCursor: string | null = null): Branch => {
  return { items, nextCursor };
};

const TREE: Branches = new Map([
  [null, branch([node('top', { isLeaf: false }), node('side')])],
  ['top', branch([node('north', { parentId: 'top' })])],
]);
const shape = (branches: Branches) =>
  Object.fromEntries(
    [...branches].map(([parent, { items }]) => [
      String(parent),
      items.map(({ title, isLeaf }) => `${title}${isLeaf ? '' : ' +'}`),
    ]),
  );

test('a department with another title is shown with it, and its siblings are read again for their order', () => {
  const { branches, stale } = placeNode(TREE, node('north', { parentId: 'top', title: 'Arctic' }));
  expect(shape(branches)).toEqual({ null: ['top +', 'side'], top: ['Arctic'] });
  expect(stale).toEqual(['top']);
});

test('a department with another order has its siblings read again', () => {
  expect(placeNode(TREE, node('side', { order: 0 })).stale).toEqual([null]);
});

test('a department that moved leaves its branch; the new parent has children, the old one none', () => {
  const { branches, stale } = placeNode(TREE, node('north', { parentId: 'side' }));
  expect(shape(branches)).toEqual({ null: ['top', 'side +'], top: [] });
  expect(stale).toEqual([]);
});

test('a department that moved to a branch that is read already has this branch read again', () => {
  const { branches, stale } = placeNode(TREE, node('north', { parentId: null }));
  expect(shape(branches)).toEqual({ null: ['top', 'side'], top: [] });
  expect(stale).toEqual([null]);
});

test('a department that moved below one whose branch is read and empty makes it a parent again', () => {
  const empty: Branches = new Map([...TREE, ['side', branch([])]]);
  const { branches, stale } = placeNode(empty, node('north', { parentId: 'side' }));
  expect(shape(branches)).toEqual({ null: ['top', 'side +'], top: [], side: [] });
  expect(stale).toEqual(['side']);
});

test('a parent with more pages still has children', () => {
  const paged: Branches = new Map([...TREE, ['top', branch([node('north', { parentId: 'top' })], 'next')]]);
  expect(shape(placeNode(paged, node('north')).branches)).toMatchObject({ null: ['top +', 'side'] });
});

test('a department that is not in its branch has it read again, unless a later page may have it', () => {
  expect(placeNode(TREE, node('new', { parentId: 'top' })).stale).toEqual(['top']);
  const paged: Branches = new Map([...TREE, ['top', branch([], 'next')]]);
  expect(placeNode(paged, node('new', { parentId: 'top' }))).toEqual({ branches: paged, stale: [] });
  expect(placeNode(TREE, node('new', { parentId: 'north' })).stale).toEqual([]);
});

test('branches stay the same objects while nothing differs: nothing is drawn again', () => {
  const { branches, stale } = placeNode(TREE, node('north', { parentId: 'top' }));
  expect(branches).toBe(TREE);
  expect(stale).toEqual([]);
});
