import type { Tx } from '../../platform/db.js';
import { fenced } from '../fenced.store.js';
import { WriteBehind } from '../write-behind.js';
import { PAGE_SIZE } from '../page-size.js';
import type { RunContext } from '../run-context.js';

/** The place in a list that is walked in order of external ids: those after this one, at most so many. */
export interface PageRange {
  readonly after: string;
  readonly limit: number;
}

/** How a list is walked. */
export interface PageWalk<Item> {
  readonly next: (tx: Tx, range: PageRange) => Promise<readonly Item[]>;
  readonly work: (tx: Tx, page: readonly Item[]) => Promise<void>;
  /** Called with the number of items of each page. */
  readonly onPage?: (items: number) => void;
}

/** The same in two steps: what a page comes to is written while the next page is read. */
export interface PageStream<Item, Made> {
  readonly next: PageWalk<Item>['next'];
  /** Must not depend on what is made of the page before. */
  readonly make: (tx: Tx, page: readonly Item[]) => Promise<Made>;
  readonly write: (tx: Tx, made: Made) => Promise<void>;
  readonly onPage?: PageWalk<Item>['onPage'];
}

/** Walks a list a page a transaction. */
export async function inPages<Item extends { readonly externalId: string }>(
  context: RunContext,
  { next, work, onPage }: PageWalk<Item>,
): Promise<void> {
  for (let after = ''; ;) {
    const from = after;
    const page = await fenced(context, async (tx) => {
      const items = await next(tx, { after: from, limit: PAGE_SIZE });
      if (items.length > 0) await work(tx, items);
      return items;
    });
    onPage?.(page.length);
    const last = page.at(-1);
    if (!last || page.length < PAGE_SIZE) return;
    after = last.externalId;
  }
}

/**
 * Walks a list while the page before is still being written; pages are written in order, one page in one transaction.
 */
export async function streamPages<Item extends { readonly externalId: string }, Made>(
  context: RunContext,
  { next, make, write, onPage }: PageStream<Item, Made>,
): Promise<void> {
  const writeBehind = new WriteBehind();
  try {
    for (let after = ''; ;) {
      const from = after;
      const { page, made } = await fenced(context, async (tx) => {
        const items = await next(tx, { after: from, limit: PAGE_SIZE });
        const isLast = items.length < PAGE_SIZE;
        const found = items.length > 0 ? await make(tx, items) : null;
        if (!isLast || found === null) return { page: items, made: found };
        // The last page is not overlapped with another: small tasks have one transaction instead of two.
        await writeBehind.flush();
        await write(tx, found);
        return { page: items, made: null };
      });
      if (made !== null) await writeBehind.send(() => fenced(context, (tx) => write(tx, made)));
      onPage?.(page.length);
      const last = page.at(-1);
      if (!last || page.length < PAGE_SIZE) break;
      after = last.externalId;
    }
    await writeBehind.flush();
  } finally {
    await writeBehind.settle();
  }
}
