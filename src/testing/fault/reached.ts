import pTimeout from 'p-timeout';

/**
 * Waits until a point was reached and its deed is done.
 *
 * @throws Error when that takes more than 30 s: the test would show nothing.
 */
export async function reached(dead: Promise<void>): Promise<void> {
  await pTimeout(dead, { milliseconds: 30_000, message: 'The point was never reached.' });
}
