import type { Db } from '../platform/db.js';
import type { PushResult } from './finished-pushes.store.js';
import { PushWaiters } from './push-waiters.js';

/**
 * Waits until a push is finished. All waiters of a process share one connection that is told of it, and one look.
 *
 * @param timeoutMs at most so long.
 * @returns null when it is not finished by then.
 */
export function waitForPush(
  { db }: { readonly db: Db },
  pushId: string,
  timeoutMs: number,
): Promise<PushResult | null> {
  const waiters = waitersOf.get(db) ?? new PushWaiters(db);
  waitersOf.set(db, waiters);
  return waiters.wait(pushId, timeoutMs);
}

const waitersOf = new WeakMap<Db, PushWaiters>();
