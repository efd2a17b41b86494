import type { Sibling } from '../../api/types.js';
import type { Branch } from './tree-rows.js';

/** The tree as far as it is read; `null` is the key of the roots. */
export type Branches = ReadonlyMap<string | null, Branch>;

/** A department with its present title, order and parent. */
type Placed = Pick<Sibling, 'id' | 'title' | 'order' | 'parentId'>;

/** A tree with a department at its present place. */
export interface PlacedNode {
  readonly branches: Branches;
  /** The parents whose children must be read again: the server defines the order of siblings. */
  readonly stale: readonly (string | null)[];
}

/**
 * Shows a department with its present title, and takes it out of the branch of an earlier parent.
 * @returns the same branches when nothing differs.
 */
export function placeNode(branches: Branches, department: Placed): PlacedNode {
  const { id, title, order, parentId } = department;
  const found = find(branches, id);
  if (!found) return addNode(branches, parentId);
  if (found.parent !== parentId) return moveNode(branches, id, { from: found.parent, to: parentId });
  if (found.node.title === title && found.node.order === order) return { branches, stale: [] };
  const items = found.branch.items.map((one) => (one.id === id ? { ...one, title, order } : one));
  return { branches: new Map(branches).set(parentId, { ...found.branch, items }), stale: [parentId] };
}

/** A branch that is not read to its end may have the department on a later page. */
function addNode(branches: Branches, parent: string | null): PlacedNode {
  if (branches.get(parent)?.nextCursor !== null) return { branches, stale: [] };
  return { branches: markParent(branches, parent, false), stale: [parent] };
}

function moveNode(
  branches: Branches,
  id: string,
  { from, to }: { readonly from: string | null; readonly to: string | null },
): PlacedNode {
  const { items = [], nextCursor = null } = branches.get(from) ?? {};
  const rest = items.filter((one) => one.id !== id);
  const without = new Map(branches).set(from, { items: rest, nextCursor });
  const left = markParent(without, from, rest.length === 0 && nextCursor === null);
  return { branches: markParent(left, to, false), stale: branches.has(to) ? [to] : [] };
}

/** Sets whether a department has children, where it is read. */
function markParent(branches: Branches, parent: string | null, isLeaf: boolean): Branches {
  const found = parent === null ? null : find(branches, parent);
  if (!found) return branches;
  const items = found.branch.items.map((node) => (node.id === parent ? { ...node, isLeaf } : node));
  return new Map(branches).set(found.parent, { ...found.branch, items });
}

/** A department and the branch that has it. */
function find(branches: Branches, id: string) {
  for (const [parent, branch] of branches) {
    const node = branch.items.find((one) => one.id === id);
    if (node) return { parent, branch, node };
  }
  return null;
}
