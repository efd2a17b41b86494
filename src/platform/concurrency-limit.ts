import { RequestError } from '../domain/errors.js';

/** How much of some heavy work runs at once. */
interface ConcurrencyLimits {
  readonly atOnce: number;
  /** How much may wait in line, and what is said beyond; default any number. */
  readonly line?: { readonly most: number; readonly message: string };
}

/**
 * Lets only so many pieces of heavy work run at once; the others wait in line.
 *
 * What it makes throws RequestError 503 `busy` when the line is full.
 */
export function concurrencyLimit({ atOnce, line: limit }: ConcurrencyLimits) {
  const line: (() => void)[] = [];
  let running = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= atOnce) {
      if (limit && line.length >= limit.most) throw new RequestError(503, 'busy', limit.message);
      await new Promise<void>((done) => line.push(done));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = line.shift();
      // The place is handed over, so that nothing slips in between.
      if (next) next();
      else running -= 1;
    }
  };
}
