import type { Tx } from '../../platform/db.js';
import { fenced } from '../fenced.store.js';
import { WriteBehind } from '../write-behind.js';
import { PAGE_SIZE, type RunContext } from '../run-context.js';

/** A page of a list in the order of external ids: those after this one, up to a limit. */
export interface PageRange {
  readonly after: string;
  readonly limit: number;
}

/** How a list is processed. */
export interface PageWalk<Item> {
  readonly next: (tx: Tx, range: PageRange) => Promise<readonly Item[]>;
  readonly work: (tx: Tx, page: readonly Item[]) => Promise<void>;
  /** Called with the number of items of each page. */
  readonly onPage?: (items: number) => void;
}

/** The same in two steps: the result of a page is written while the next page is read. */
export interface PageStream<Item, Made> {
  readonly next: PageWalk<Item>['next'];
  /** Must not depend on the result of the page before. */
  readonly make: (tx: Tx, page: readonly Item[]) => Promise<Made>;
  readonly write: (tx: Tx, made: Made) => Promise<void>;
  readonly onPage?: PageWalk<Item>['onPage'];
}

/** Processes a list page by page, one transaction for each. */
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

/** Processes a list; the next page is read while one is written. Pages are written in order, one per transaction. */
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
        // The last page overlaps with no other: small tasks have one transaction instead of two.
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
