import { useCallback, useRef, useState } from 'react';
import { listSiblings } from '../../api/targets.js';
import type { Branches } from './place-node.js';

/** The branches of the tree that were read, and the reading of more. */
export function useBranches() {
  const [branches, setBranches] = useState<Branches>(new Map());
  const [error, setError] = useState<unknown>(null);
  /** The branches of now, for callbacks that must not change with them. */
  const latest = useRef<Branches>(branches);
  /** The requests for pages by branch and cursor; the result of one that is no longer here is dropped. */
  const requests = useRef(new Map<string, symbol>());

  const change = useCallback((after: Branches) => {
    latest.current = after;
    setBranches(after);
  }, []);

  /** Reads a page of a branch; a second request for the same page does nothing. */
  const read = useCallback(
    async (parent: string | null, cursor: string | null) => {
      const key = keyOf(parent, cursor);
      const request = Symbol(key);
      if (requests.current.has(key)) return;
      requests.current.set(key, request);
      try {
        const page = await listSiblings(parent, cursor);
        if (requests.current.get(key) !== request) return;
        const before = cursor === null ? [] : (latest.current.get(parent)?.items ?? []);
        const branch = { items: [...before, ...page.items], nextCursor: page.nextCursor };
        change(new Map(latest.current).set(parent, branch));
      } catch (cause) {
        if (requests.current.get(key) !== request) return;
        requests.current.delete(key);
        setError(cause);
      }
    },
    [change],
  );

  /** Reads a branch again from its first page. */
  const readAgain = useCallback(
    (parent: string | null) => {
      const before = keyOf(parent, null);
      for (const key of requests.current.keys()) if (key.startsWith(before)) requests.current.delete(key);
      void read(parent, null);
    },
    [read],
  );

  return { branches, latest, error, change, read, readAgain };
}

/** The keys of all pages of a branch begin with the key of its first page. */
function keyOf(parent: string | null, cursor: string | null): string {
  return `${parent ?? ''} ${cursor ?? ''}`;
}
