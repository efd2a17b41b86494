import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../../platform/db.js';
import { concurrencyLimit } from '../../platform/concurrency-limit.js';
import { isAboutRows, sqlError } from '../../platform/sql-error.js';
import { type InsertedPush, insertPushes, type NewPush } from './insert-pushes.store.js';

/** Limits of one statement. */
const MOST_PUSHES = 500;
/** A larger push is stored separately, so that small ones do not wait for it. */
const LARGE_CHARS = 65_536;
/** Larger pushes that are stored at the same time; the other connections of the pool stay free for other requests. */
const LARGE_AT_ONCE = 3;

interface Waiting {
  readonly push: NewPush;
  readonly done: (stored: InsertedPush | null) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Stores the small pushes of one process in the order of arrival. Pushes that arrive during a commit are stored
 * together in the next transaction. No request is answered before its own commit.
 */
export class PushBatcher {
  private waiting: Waiting[] = [];
  private working = false;
  private readonly largeInTurns = concurrencyLimit({ atOnce: LARGE_AT_ONCE });

  constructor(private readonly pool: Db['pool']) {}

  /**
   * Stores a push.
   *
   * @returns null when nothing was stored: its key was used before, or there is no enabled push source with the name to
   * which the caller may push.
   */
  async store(push: NewPush): Promise<InsertedPush | null> {
    if (push.json.length > LARGE_CHARS)
      return (await this.largeInTurns(() => this.insert([push]))).get(push.id) ?? null;
    return new Promise((done, fail) => {
      this.waiting.push({ push, done, fail });
      if (!this.working) void this.work();
    });
  }

  private async work(): Promise<void> {
    this.working = true;
    // Other pushes of the same turn of the event loop are not added yet.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) await this.storeAll(this.takeGroup());
    this.working = false;
  }

  /** The next pushes in order; of those with the same idempotency key only the first: the others then find it used. */
  private takeGroup(): readonly Waiting[] {
    const keys = new Set<string>();
    const group: Waiting[] = [];
    const later: Waiting[] = [];
    for (const one of this.waiting) {
      const { idempotency } = one.push;
      const key = idempotency && JSON.stringify([idempotency.owner, idempotency.key]);
      if (group.length >= MOST_PUSHES || (key !== null && keys.has(key))) later.push(one);
      else group.push(one);
      if (key !== null) keys.add(key);
    }
    this.waiting = later;
    return group;
  }

  /** If the database refuses a statement because of one push, each push is stored separately. */
  private async storeAll(group: readonly Waiting[]): Promise<void> {
    try {
      const stored = await this.insert(group.map(({ push }) => push));
      for (const { push, done } of group) done(stored.get(push.id) ?? null);
    } catch (error) {
      if (group.length > 1 && isRefusal(error)) for (const one of group) await this.storeAll([one]);
      else for (const { fail } of group) fail(error);
    }
  }

  private insert(pushes: readonly NewPush[]): Promise<ReadonlyMap<string, InsertedPush>> {
    const names = [...new Set(pushes.map(({ sourceName }) => sourceName))];
    return insertPushes(
      this.pool,
      pushes,
      names.map((sourceName) => ({ sourceName, id: uuidv7() })),
    );
  }
}

/** An error about rows, or about the size of a statement: then it is certain that nothing was stored. */
function isRefusal(error: unknown): boolean {
  return isAboutRows(error) || sqlError(error)?.state.startsWith('54') === true;
}
