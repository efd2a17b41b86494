import { isDatabaseDown } from '../src/platform/database-down.js';

const PAUSE_MS = 500;

/**
 * Repeats work that only the database's absence keeps from being done: a restart takes some seconds.
 *
 * @throws what the work throws otherwise, or when the database is still away after `timeoutMs`.
 */
export async function untilDatabaseAnswers<T>(work: () => Promise<T>, timeoutMs = 30_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseDown(error) || Date.now() >= deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
