import type { Logger } from '../src/platform/logger.js';

/** Does something that a later round does again when it fails now. */
export async function quietly(logger: Logger, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    logger.warn('maintenance failed; trying again', { what, cause: String(error) });
  }
}
