import type { Sibling } from '../../api/types.js';

/** The children of one department as far as they are read. */
export interface Branch {
  readonly items: readonly Sibling[];
  /** null = all are read. */
  readonly nextCursor: string | null;
}

/** A line of the tree as it is shown. */
export type TreeRow =
  | {
      readonly sort: 'node';
      readonly node: Sibling;
      readonly level: number;
      readonly isOpen: boolean;
      readonly position: number;
      /** -1 = not known before all are read (WAI-ARIA 1.2, aria-setsize). */
      readonly siblings: number;
    }
  | { readonly sort: 'more' | 'loading'; readonly parent: string | null; readonly level: number };

/** Flattens the open part of the tree, so that only the lines in sight need to be drawn; `null` is the key of the roots. */
export function treeRows(branches: ReadonlyMap<string | null, Branch>, open: ReadonlySet<string>): readonly TreeRow[] {
  const rows: TreeRow[] = [];
  add(null, 1);
  return rows;

  function add(parent: string | null, level: number): void {
    const branch = branches.get(parent);
    if (!branch) {
      rows.push({ sort: 'loading', parent, level });
      return;
    }
    const siblings = branch.nextCursor === null ? branch.items.length : -1;
    branch.items.forEach((node, index) => {
      const isOpen = !node.isLeaf && open.has(node.id);
      rows.push({ sort: 'node', node, level, isOpen, position: index + 1, siblings });
      if (isOpen) add(node.id, level + 1);
    });
    if (branch.nextCursor !== null) rows.push({ sort: 'more', parent, level });
  }
}
