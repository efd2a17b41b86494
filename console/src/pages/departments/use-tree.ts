import { useCallback, useEffect, useState } from 'react';
import type { Sibling } from '../../api/types.js';
import { placeNode } from './place-node.js';
import { treeRows } from './tree-rows.js';
import { useBranches } from './use-branches.js';

/** The tree of departments, read level by level as it is opened. */
export function useTree() {
  const { branches, latest, error, change, read, readAgain } = useBranches();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());

  useEffect(() => {
    void read(null, null);
  }, [read]);

  const setOpened = useCallback(
    (id: string, isOpen: boolean) => {
      setOpen((before) => withOrWithout(before, id, isOpen));
      if (isOpen) void read(id, null);
    },
    [read],
  );

  /** Shows a department at its present place, and opens everything above it. */
  const reveal = useCallback(
    (department: Pick<Sibling, 'id' | 'title' | 'order' | 'parentId' | 'path'>) => {
      const { branches: placed, stale } = placeNode(latest.current, department);
      if (placed !== latest.current) change(placed);
      stale.forEach(readAgain);
      department.path.slice(0, -1).forEach((id) => setOpened(id, true));
    },
    [latest, change, readAgain, setOpened],
  );

  const readMore = (parent: string | null) => {
    const cursor = branches.get(parent)?.nextCursor ?? null;
    if (cursor !== null) void read(parent, cursor);
  };
  return {
    rows: treeRows(branches, open),
    isEmpty: branches.get(null)?.items.length === 0,
    error,
    setOpened,
    reveal,
    readMore,
  };
}

function withOrWithout(ids: ReadonlySet<string>, id: string, isIn: boolean): ReadonlySet<string> {
  const after = new Set(ids);
  if (isIn) after.add(id);
  else after.delete(id);
  return after;
}
