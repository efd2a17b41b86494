import { setImmediate } from 'node:timers/promises';

/** Items of a page that are worked on at a stretch: about a millisecond. */
const STRETCH = 100;

/**
 * Hands out a page in stretches and lets the process do something else between them: answers of the database are taken
 * in, so that it has its next statement while this page is still worked on, and nobody waits for a whole page.
 */
export async function* inStretches<Item>(items: readonly Item[]): AsyncGenerator<readonly Item[]> {
  for (let from = 0; from < items.length; from += STRETCH) {
    if (from > 0) await setImmediate();
    yield items.slice(from, from + STRETCH);
  }
}

/** The same for work that makes one thing of each item. */
export async function mapInStretches<Item, Made>(items: readonly Item[], make: (item: Item) => Made): Promise<Made[]> {
  const made: Made[] = [];
  for await (const stretch of inStretches(items)) for (const item of stretch) made.push(make(item));
  return made;
}
