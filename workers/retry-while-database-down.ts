import { isDatabaseDown, isLockTooSlow, isStatementTooSlow } from '../src/platform/database-down.js';

const PAUSE_MS = 500;

/**
 * Repeats work that only the database's absence or load keeps from being done: a restart takes some seconds, and a
 * statement of a busy database may be over its limit although the next one is not.
 *
 * @throws what the work throws otherwise, or when the database still does not answer after `timeoutMs`.
 */
export async function retryWhileDatabaseDown<T>(work: () => Promise<T>, timeoutMs = 30_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!mayPass(error) || Date.now() >= deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

function mayPass(error: unknown): boolean {
  return isDatabaseDown(error) || isLockTooSlow(error) || isStatementTooSlow(error);
}
