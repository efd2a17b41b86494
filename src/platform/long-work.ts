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
