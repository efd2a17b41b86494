/** Work on one large input, done in time slices: between two of them the process serves others. */
export interface LongWork {
  /** Whether the present time slice is over. */
  isDue(): boolean;
  /** Ends the time slice; resolves when it is this work's turn again. */
  rest(): Promise<void>;
}

/** Longest time slice, in milliseconds; a single step (one record) may exceed it. */
const MOST_MS = 4;

interface Waiting {
  readonly place: number;
  readonly resume: () => void;
}

let started = 0;
let isScheduled = false;
const waiting: Waiting[] = [];

/**
 * Begins work that is done in time slices. All such work of a process shares the event loop: one time slice in each turn of
 * the loop, those of the oldest work first. So other requests wait for one time slice, however many large inputs there are,
 * and memory is used for few of them at a time.
 */
export function startLongWork(): LongWork {
  started += 1;
  const place = started;
  let beganAt = performance.now();
  return {
    isDue: () => performance.now() - beganAt >= MOST_MS,
    async rest() {
      await new Promise<void>((resume) => enqueue({ place, resume }));
      beganAt = performance.now();
    },
  };
}

function enqueue(one: Waiting): void {
  const at = waiting.findIndex(({ place }) => place > one.place);
  waiting.splice(at === -1 ? waiting.length : at, 0, one);
  if (isScheduled) return;
  isScheduled = true;
  setImmediate(resumeNext);
}

/** A callback that `setImmediate` takes within a turn runs in the next one. */
function resumeNext(): void {
  const next = waiting.shift();
  isScheduled = waiting.length > 0;
  if (isScheduled) setImmediate(resumeNext);
  next?.resume();
}

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
