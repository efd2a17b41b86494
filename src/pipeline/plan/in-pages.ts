import type { Tx } from '../../platform/db.js';
import { fenced } from '../fenced.store.js';
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
  /** Told how many items a page had. */
  readonly onPage?: (items: number) => void;
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
