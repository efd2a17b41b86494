import { RequestError } from '../../domain/errors.js';

/**
 * Lets only so many pieces of heavy work run at once; the others wait in line.
 *
 * What it makes throws RequestError `busy` when the line is full.
 */
export function inTurns(limits: { readonly atOnce: number; readonly waiting: number }) {
  const line: (() => void)[] = [];
  let running = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= limits.atOnce) {
      if (line.length >= limits.waiting)
        throw new RequestError(503, 'busy', 'Too many sign-ins at once. Try again soon.');
      await new Promise<void>((done) => line.push(done));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = line.shift();
      // The place is handed over, so that nobody slips in between.
      if (next) next();
      else running -= 1;
    }
  };
}
