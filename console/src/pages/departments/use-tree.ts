import { useCallback, useEffect, useRef, useState } from 'react';
import { listSiblings } from '../../api/targets.js';
import { type Branch, renameNode, treeRows } from './tree-rows.js';

/** The tree of departments, read level by level as it is opened. */
export function useTree() {
  const [branches, setBranches] = useState<ReadonlyMap<string | null, Branch>>(new Map());
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [error, setError] = useState<unknown>(null);
  const asked = useRef(new Set<string>());

  /** Reads the next page of a branch; twice is once. */
  const read = useCallback(async (parent: string | null, cursor: string | null) => {
    const key = `${parent ?? ''} ${cursor ?? ''}`;
    if (asked.current.has(key)) return;
    asked.current.add(key);
    try {
      const page = await listSiblings(parent, cursor);
      setBranches((before) => {
        const items = [...(cursor === null ? [] : (before.get(parent)?.items ?? [])), ...page.items];
        return new Map(before).set(parent, { items, nextCursor: page.nextCursor });
      });
    } catch (cause) {
      asked.current.delete(key);
      setError(cause);
    }
  }, []);

  useEffect(() => {
    // What is read arrives later; nothing is set while the effect runs.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    void read(null, null);
  }, [read]);

  const setOpened = useCallback(
    (id: string, isOpen: boolean) => {
      setOpen((before) => withOrWithout(before, id, isOpen));
      if (isOpen) void read(id, null);
    },
    [read],
  );

  /** Opens everything above a department, and shows it with its title of now. */
  const reveal = useCallback(
    (department: { readonly id: string; readonly title: string; readonly path: readonly string[] }) => {
      department.path.slice(0, -1).forEach((id) => setOpened(id, true));
      setBranches((before) => renameNode(before, department));
    },
    [setOpened],
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
