import type { Db, Tx } from '../../platform/db.js';
import { PUSHES_FINISHED } from '../../domain/push-channel.js';
import type { Listening } from '../../platform/listen.js';
import type { HeldPlan } from '../../domain/task.js';

/**
 * Waits until a push is finished, or held: then its result depends on an approval. All waiters of a process share one
 * connection for notifications, and one query.
 *
 * @param limits.timeoutMs the maximum waiting time.
 * @param limits.signal ends the wait when aborted.
 * @returns null when it is neither finished nor held by then.
 */
export function waitForPush(
  { pushWaiters }: { readonly pushWaiters: PushWaiters },
  pushId: string,
  limits: WaitLimits,
): Promise<PushResult | HeldPush | null> {
  return pushWaiters.wait(pushId, limits);
}

/** A push may have finished just before a client began to wait: new waiters are checked together after this time. */
const NEWCOMER_MS = 10;
/** Interval while notifications may be missed. */
const POLL_MS = 100;
/** Interval otherwise; a lost notification delays the answer by this time. */
const SLOW_POLL_MS = 1_000;

interface WaitLimits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

interface Waiter {
  readonly pushId: string;
  readonly finish: (result: PushResult | HeldPush | null) => void;
}

/**
 * The waiters for pushes of one process. PostgreSQL sends a notification about finished ones; then one query serves
 * all waiters, never two at the same time. Listens from the first waiter on.
 */
export class PushWaiters {
  private readonly waiters = new Set<Waiter>();
  private listening: Listening | null = null;
  private timer: NodeJS.Timeout | undefined;
  private dueAt = Infinity;
  private looking = false;

  constructor(private readonly db: Db) {}

  /** See `waitForPush`. */
  wait(pushId: string, { timeoutMs, signal }: WaitLimits): Promise<PushResult | HeldPush | null> {
    if (signal?.aborted) return Promise.resolve(null);
    this.listening ??= this.db.listen(PUSHES_FINISHED, () => this.lookIn(0));
    return new Promise((resolve) => {
      const leave = () => waiter.finish(null);
      const timer = setTimeout(leave, timeoutMs);
      signal?.addEventListener('abort', leave, { once: true });
      const waiter: Waiter = {
        pushId,
        finish: (result) => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', leave);
          this.waiters.delete(waiter);
          resolve(result);
        },
      };
      this.waiters.add(waiter);
      this.lookIn(NEWCOMER_MS);
    });
  }

  /** Schedules the next query after this time at the latest. */
  private lookIn(delayMs: number): void {
    const dueAt = Date.now() + delayMs;
    if (this.waiters.size === 0 || this.dueAt <= dueAt) return;
    this.dueAt = dueAt;
    clearTimeout(this.timer);
    if (!this.looking) this.timer = setTimeout(() => void this.look(), delayMs);
  }

  /** While the database is not reachable, waiters only wait longer. */
  private async look(): Promise<void> {
    this.dueAt = Infinity;
    if (this.waiters.size === 0) return;
    this.looking = true;
    const pushIds = [...new Set([...this.waiters].map((waiter) => waiter.pushId))];
    const finished = await findFinishedPushes(this.db.prisma, pushIds).catch(
      () => new Map<string, PushResult | HeldPush>(),
    );
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

/** The result of a push, as the pipeline or the end of its task wrote it (`pushes.result`). */
type PushResult = Readonly<Record<string, unknown>>;

/** A push whose task waits for approval (R31). */
export interface HeldPush {
  readonly status: 'held';
  readonly taskId: string;
  readonly held: HeldPlan;
}

/** Of the given pushes: the results of those that are finished, and which of the others are held. */
async function findFinishedPushes(
  tx: Tx,
  pushIds: readonly string[],
): Promise<ReadonlyMap<string, PushResult | HeldPush>> {
  const rows = await tx.$queryRaw<{ id: string; result: PushResult; taskId: string; held: HeldPlan | null }[]>`
    SELECT p.id, p.result, t.id AS "taskId", CASE WHEN p.finished_at IS NULL THEN t.held END AS held
    FROM pushes p LEFT JOIN sync_tasks t ON t.id = p.task_id AND t.status = 'held'
    WHERE p.id = ANY(${pushIds}::uuid[]) AND (p.finished_at IS NOT NULL OR t.held IS NOT NULL)`;
  return new Map(
    rows.map(({ id, result, taskId, held }) => [id, held === null ? result : { status: 'held', taskId, held }]),
  );
}
