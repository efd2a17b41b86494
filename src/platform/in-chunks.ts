import { startLongWork } from './long-work.js';

/** Items of a page that are processed without a pause: about a millisecond. */
const CHUNK = 100;

/**
 * Yields a page in chunks and lets the event loop run between them: replies of the database are read, so that it gets
 * its next statement while this page is still processed, and other work does not wait for a whole page.
 */
export async function* inChunks<Item>(items: readonly Item[]): AsyncGenerator<readonly Item[]> {
  const work = startLongWork();
  for (let from = 0; from < items.length; from += CHUNK) {
    if (from > 0) await work.rest();
    yield items.slice(from, from + CHUNK);
  }
}

/** The same for work that makes one thing of each item. */
export async function mapInChunks<Item, Made>(items: readonly Item[], make: (item: Item) => Made): Promise<Made[]> {
  const made: Made[] = [];
  for await (const chunk of inChunks(items)) for (const item of chunk) made.push(make(item));
  return made;
}
