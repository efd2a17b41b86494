import { PUSHES_FINISHED } from '../domain/push-channel.js';
import type { Db } from '../platform/db.js';
import type { Listening } from '../platform/listen.js';
import { findFinishedPushes, type PushResult } from './finished-pushes.store.js';

/** A push may have been finished just before somebody began to wait: newcomers are looked for together, so much later. */
const NEWCOMER_MS = 10;
/** Where notices may be missed. */
const POLL_MS = 100;
/** Notices are hints: one that gets lost costs so much. */
const SLOW_POLL_MS = 1_000;

interface Waiter {
  readonly pushId: string;
  readonly finish: (result: PushResult | null) => void;
}

/**
 * Those of one process who wait for pushes. Finished ones are told by PostgreSQL; then there is one look for all, and
 * never a second one at the same time. Listens from the first waiter on.
 */
export class PushWaiters {
  private readonly waiters = new Set<Waiter>();
  private listening: Listening | null = null;
  private timer: NodeJS.Timeout | undefined;
  private dueAt = Infinity;
  private looking = false;

  constructor(private readonly db: Db) {}

  wait(pushId: string, timeoutMs: number): Promise<PushResult | null> {
    this.listening ??= this.db.listen(PUSHES_FINISHED, () => this.lookIn(0));
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
      this.lookIn(NEWCOMER_MS);
    });
  }

  /** Sees to it that there is a look by then. */
  private lookIn(delayMs: number): void {
    const dueAt = Date.now() + delayMs;
    if (this.waiters.size === 0 || this.dueAt <= dueAt) return;
    this.dueAt = dueAt;
    clearTimeout(this.timer);
    if (!this.looking) this.timer = setTimeout(() => void this.look(), delayMs);
  }

  /** A database that is away for a moment only makes waiters wait. */
  private async look(): Promise<void> {
    this.dueAt = Infinity;
    if (this.waiters.size === 0) return;
    this.looking = true;
    const pushIds = [...new Set([...this.waiters].map((waiter) => waiter.pushId))];
    const finished = await findFinishedPushes(this.db.prisma, pushIds).catch(() => new Map<string, PushResult>());
    for (const waiter of [...this.waiters]) {
      const result = finished.get(waiter.pushId);
      if (result !== undefined) waiter.finish(result);
    }
    this.looking = false;
    const wantedIn = Math.max(0, this.dueAt - Date.now());
    this.dueAt = Infinity;
    this.lookIn(Math.min(wantedIn, this.listening?.isUp() ? SLOW_POLL_MS : POLL_MS));
  }
}
