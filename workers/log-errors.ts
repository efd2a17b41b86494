import type { Logger } from '../src/platform/logger.js';

/** Runs work that a later round repeats, and logs its error. */
export async function logErrors(logger: Logger, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    logger.warn('maintenance failed; trying again', { what, cause: String(error) });
  }
}
