import type { ListPage } from './read-list.js';

/** The reason why a walk over a list does not prove its end. */
export interface Doubt {
  readonly code: 'total_differs' | 'pages_moved' | 'empty_page' | 'error_beside_items';
  readonly reason: string;
}

/** The largest number of walks over one list: a list that differs in each of them changes all the time. */
const MAX_WALKS = 4;

/** One walk over a list, page by page. */
export class ListWalk {
  private readonly seen = new Set<string>();
  private readonly totals = new Set<number>();
  private last: ListPage | null = null;
  private repeats = 0;
  private errorKey: string | null = null;
  /** The number of ids that no earlier walk found. */
  fresh = 0;
  /**
   * Whether a page was requested by its number, or an id is on two pages: such pages are windows over a list that can
   * change.
   */
  isWindow = false;

  /** @param known the ids of all walks so far; the walk adds to it */
  constructor(private readonly known: Set<string>) {}

  /** @returns whether the id is one that no earlier walk found; an id that is twice on one page counts each time */
  take(page: ListPage, ids: readonly (string | null)[]): readonly boolean[] {
    const own = new Set(ids.filter((id) => id !== null));
    for (const id of own) this.repeats += this.seen.has(id) ? 1 : 0;
    const fresh = ids.map((id) => id !== null && !this.known.has(id));
    for (const id of own) {
      if (!this.known.has(id)) this.fresh += 1;
      this.known.add(id);
      this.seen.add(id);
    }
    if (page.total !== null) this.totals.add(page.total);
    this.isWindow ||= page.next === 'by number' || this.repeats > 0;
    this.errorKey ??= page.errorKey;
    this.last = page;
    return fresh;
  }

  /** Whether the list has more than one page. */
  get isPaged(): boolean {
    return (this.last?.pages ?? 0) > 1;
  }

  /** Whether the list has items after its total. */
  get isTotalWrong(): boolean {
    return this.last?.isTotalWrong ?? false;
  }

  /** Whether an empty page is in the middle. */
  get hasHole(): boolean {
    return this.last?.hasHole ?? false;
  }

  get evidence(): string {
    const { pages = 0, itemsSoFar = 0, total = null } = this.last ?? {};
    return `${itemsSoFar} items on ${pages} pages to the last${total === null ? '' : `, total ${total}`}`;
  }

  doubt(): Doubt | null {
    return this.doubtOfErrors() ?? this.doubtOfTotal() ?? this.doubtOfPages();
  }

  private doubtOfErrors(): Doubt | null {
    if (this.errorKey === null) return null;
    const reason = `An answer reports an error at "${this.errorKey}" in addition to its items, so items may be missing. If it is not an error, set the success rule.`;
    return { code: 'error_beside_items', reason };
  }

  private doubtOfPages(): Doubt | null {
    if (this.last?.total === null && this.hasHole) return HOLE;
    if (this.repeats === 0) return null;
    const reason = 'An id is on two pages, so the list changed during the read. Request a fixed order.';
    return { code: 'pages_moved', reason };
  }

  private doubtOfTotal(): Doubt | null {
    const { total = null, itemsSoFar = 0 } = this.last ?? {};
    if (this.isTotalWrong) {
      const reason = `The total is ${total}, but the next page has more items: it is not the total of the list. Correct the path of the total.`;
      return { code: 'total_differs', reason };
    }
    if (this.totals.size > 1) {
      const reason = `The total changes from page to page (${[...this.totals].join(', ')}), so the list changed during the read.`;
      return { code: 'total_differs', reason };
    }
    if (total !== null && total !== itemsSoFar) {
      const cause =
        total < itemsSoFar
          ? 'the total is too small, or the list changed'
          : 'items are missing, or the total counts other items too';
      return {
        code: 'total_differs',
        reason: `The total is ${total}, but the list had ${itemsSoFar} items: ${cause}.`,
      };
    }
    return null;
  }
}

/**
 * Decides what the walks over a list prove so far (R30). Cursors and next addresses lead from each item to the next
 * one, so one walk is enough. Numbered pages do not: if a person is removed, others move to other pages, and one of
 * them may be on no page that was read, even if another person is added and the total stays the same. Such a list is
 * read again until a walk finds no item that the earlier walks lacked; all items that any walk found are present. A
 * cursor may contain a number (base64 of an offset): if `isUnseen`, a list of several pages is read again as well.
 * @param before the doubt at the end of the last walk
 * @param isUnseen whether a linked record was on no page of the first walk
 */
export function judgeWalk(
  walk: ListWalk,
  { walks, before, isUnseen }: { readonly walks: number; readonly before: Doubt | null; readonly isUnseen: boolean },
): { readonly is: 'again' } | { readonly is: 'complete' } | ({ readonly is: 'doubtful' } & Doubt) {
  const doubt = walk.doubt();
  const isOnlyOne = walks === 1 && !mayMiss(walk, isUnseen);
  const agrees = isOnlyOne || (walks > 1 && walk.fresh === 0);
  if (agrees && doubt === null) return { is: 'complete' };
  const isSame = walks > 1 && agrees && isAlike(doubt, before);
  if (isOnlyOne || isSame || walks >= MAX_WALKS) return { is: 'doubtful', ...(doubt ?? MOVING) };
  return { is: 'again' };
}

const mayMiss = (walk: ListWalk, isUnseen: boolean): boolean => walk.isWindow || (isUnseen && walk.isPaged);

const isAlike = (one: Doubt | null, other: Doubt | null): boolean => one?.code === other?.code;

const HOLE: Doubt = {
  code: 'empty_page',
  reason:
    'A page is empty and a later page is not, so an empty page does not prove the end of the list. Set the path of ' +
    'the total, use a cursor, or change the API so that it filters before paging.',
};

const MOVING: Doubt = {
  code: 'pages_moved',
  reason: `The list was read ${MAX_WALKS} times and had different items each time. Use a cursor or next addresses if the API has them.`,
};
