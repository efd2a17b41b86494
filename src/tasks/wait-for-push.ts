import type { Db } from '../platform/db.js';
import { findFinishedPushes } from './finished-pushes.store.js';

/** What became of a push, as the pipeline or the end of its task wrote it (`pushes.result`). */
export type PushResult = Readonly<Record<string, unknown>>;

const POLL_MS = 100;

/**
 * Waits until a push is finished. All waiters of a process share one statement every 100 ms.
 *
 * @param timeoutMs at most so long.
 * @returns null when it is not finished by then.
 */
export function waitForPush(
  { db }: { readonly db: Db },
  pushId: string,
  timeoutMs: number,
): Promise<PushResult | null> {
  const poller = pollers.get(db) ?? new PushPoller(db);
  pollers.set(db, poller);
  return poller.wait(pushId, timeoutMs);
}

const pollers = new WeakMap<Db, PushPoller>();

interface Waiter {
  readonly pushId: string;
  readonly finish: (result: PushResult | null) => void;
}

/** Asks for all waited-for pushes at once, as long as somebody waits. */
class PushPoller {
  private readonly waiters = new Set<Waiter>();
  private running = false;

  constructor(private readonly db: Db) {}

  wait(pushId: string, timeoutMs: number): Promise<PushResult | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => waiter.finish(null), timeoutMs);
      const waiter: Waiter = {
        pushId,
        finish: (result) => {
          clearTimeout(timer);
          this.waiters.delete(waiter);
          resolve(result);
        },
      };
      this.waiters.add(waiter);
      if (!this.running) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.waiters.size > 0) {
      await this.look();
      if (this.waiters.size > 0) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    this.running = false;
  }

  /** A database that is away for a moment only makes waiters wait. */
  private async look(): Promise<void> {
    const pushIds = [...new Set([...this.waiters].map((waiter) => waiter.pushId))];
    const finished = await findFinishedPushes(this.db.prisma, pushIds).catch(() => new Map<string, PushResult>());
    for (const waiter of [...this.waiters]) {
      const result = finished.get(waiter.pushId);
      if (result !== undefined) waiter.finish(result);
    }
  }
}
