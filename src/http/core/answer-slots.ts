import { RequestError } from '../../domain/errors.js';

/**
 * Answers that stay open: a stream of events, a download that may take long to read, and what calls another system
 * before it answers: the test of a source's options, and the end of a sign-in with the identity provider.
 */
export type OpenAnswer = 'stream' | 'export' | 'check' | 'signIn';

/** What one caller may have open: these answers, and requests that wait for a result (`?wait=`). */
export type Slot = OpenAnswer | 'wait';

/** How many of each one caller may have open at once, in one process. */
export type SlotLimits = Readonly<Record<Slot, number>>;

/**
 * The console has one or two streams a page; of exports, four keep some connections to the database free. A client that
 * pushes record by record waits in each of its connections. A test of options takes 10 s at most, and people test one
 * source after the other. Many people can sign in from one address.
 */
export const DEFAULT_SLOT_LIMITS: SlotLimits = { stream: 200, export: 4, check: 10, signIn: 100, wait: 1_000 };

const RETRY_AFTER_S = 5;

/** Bounds what each caller has open. Nothing is kept of a caller who has none. */
export class AnswerSlots {
  private readonly taken = new Map<string, number>();

  constructor(private readonly limits: SlotLimits) {}

  /**
   * Takes a slot of a caller (the id of a key or account, or an address).
   * @returns what gives it back; a second call does nothing
   * @throws RequestError 429 `too_many_open` with `Retry-After`
   */
  take(caller: string, sort: OpenAnswer): () => void {
    const release = this.tryTake(caller, sort);
    if (release === null) throw tooManyOpen(sort, this.limits[sort]);
    return release;
  }

  /** The same; null where the caller has the most that are allowed. */
  tryTake(caller: string, sort: Slot): (() => void) | null {
    const name = `${sort} ${caller}`;
    if (this.openOf(name) >= this.limits[sort]) return null;
    this.taken.set(name, this.openOf(name) + 1);
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      const left = this.openOf(name) - 1;
      if (left > 0) this.taken.set(name, left);
      else this.taken.delete(name);
    };
  }

  private openOf(name: string): number {
    return this.taken.get(name) ?? 0;
  }
}

const ADVICE: Readonly<Record<OpenAnswer, (limit: number) => string>> = {
  stream: (limit) =>
    `This key or account has ${limit} event streams open, which is the limit: close streams that are no longer read, or ` +
    'watch all tasks with one stream, GET /api/v1/task-events.',
  export: (limit) =>
    `This key or account has ${limit} exports open, which is the limit: read them to the end or close them, then try again.`,
  check: (limit) =>
    `This key or account has ${limit} tests of source options open, which is the limit: wait until one of them has ended.`,
  signIn: (limit) =>
    `${limit} sign-ins from this address wait for the identity provider, which is the limit: sign in again in some seconds.`,
};

function tooManyOpen(sort: OpenAnswer, limit: number): RequestError {
  return new RequestError(429, 'too_many_open', ADVICE[sort](limit), undefined, RETRY_AFTER_S);
}
