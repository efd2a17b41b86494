import type { Logger } from '../src/platform/logger.js';

/**
 * Works now and again and again; one round never meets the next. `work` must not throw.
 *
 * @param everyMs the pause between two rounds; up to a fifth more, so that many processes don't work at once.
 * @returns what ends it; answers when nothing is under way any more.
 */
export function repeat(everyMs: number, work: () => Promise<void>): () => Promise<void> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const round = async () => {
    await work();
    if (!stopped) timer = setTimeout(begin, everyMs * (1 + Math.random() / 5));
  };
  let working = Promise.resolve();
  const begin = () => void (working = round());
  begin();
  return () => {
    stopped = true;
    clearTimeout(timer);
    return working;
  };
}

/** Runs work that a later round repeats, and logs its error. */
export async function logErrors(logger: Logger, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    logger.warn('maintenance failed; trying again', { what, cause: String(error) });
  }
}
