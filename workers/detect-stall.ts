/** What a worker process does at this moment, counted where it happens. */
export class Activity {
  /** Jobs at work, whether or not their tasks could be claimed. */
  running = 0;
  /** Tasks that were claimed since the start. */
  claims = 0;
  /** null = none yet. */
  lastClaimAt: Date | null = null;

  /** Counts a job while it is worked on. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.running += 1;
    try {
      return await work();
    } finally {
      this.running -= 1;
    }
  }

  /** Counts a task that begins. */
  claimed(): void {
    this.claims += 1;
    this.lastClaimAt = new Date();
  }
}

/** What a worker sees when it looks up from its work. */
export interface Look {
  /** ms of a clock that never goes back. */
  readonly at: number;
  /** Tasks that any worker could begin with. */
  readonly startable: readonly string[];
  /** Tasks that this worker could begin beside those that it has. */
  readonly freeSlots: number;
  /** Tasks that this worker claimed since its start. */
  readonly claims: number;
  readonly queue: QueueState;
}

/** Whether rings can come through: `paused` by a person, `down` = can't be reached. */
export type QueueState = 'up' | 'down' | 'paused';

/** What must be remembered from one look to the next. */
export interface StallMemory {
  readonly look: Look;
  /** Task → since when it could have been begun, look after look. */
  readonly since: ReadonlyMap<string, number>;
}

/** How long stillness is borne. */
interface StallLimits {
  readonly stallAfterMs: number;
  /** Longer between two looks, and the process itself was stopped: what it missed says nothing. */
  readonly maxGapMs: number;
}

/** What is to be done: nothing, end the process, or say that the queue keeps everything from starting. */
export interface StallVerdict {
  readonly verdict: 'fine' | 'stuck' | 'queue_down' | 'queue_paused';
  /** Tasks that waited longer than is borne. */
  readonly waiting: readonly string[];
  readonly memory: StallMemory;
}

const VERDICTS = { up: 'stuck', down: 'queue_down', paused: 'queue_paused' } as const;

/**
 * Decides whether a worker is stuck: the same task could have been begun for too long, the worker had room for it all
 * the time, and began nothing at all. Tasks that come and go are taken by others: that is no sign of anything.
 */
export function detectStall(
  before: StallMemory | null,
  look: Look,
  { stallAfterMs, maxGapMs }: StallLimits,
): StallVerdict {
  const known = before !== null && goesOn(before.look, look, maxGapMs) ? before.since : new Map<string, number>();
  const since = new Map(look.startable.map((id) => [id, known.get(id) ?? look.at]));
  const waiting = look.startable.filter((id) => look.at - (since.get(id) ?? look.at) >= stallAfterMs);
  if (waiting.length === 0) return { verdict: 'fine', waiting, memory: { look, since } };
  // Logged once a period: the next one begins now.
  return { verdict: VERDICTS[look.queue], waiting, memory: { look, since: new Map() } };
}

/** Whether what was seen before still counts. */
function goesOn(before: Look, now: Look, maxGapMs: number): boolean {
  const isStill = now.claims === before.claims && now.freeSlots > 0;
  return isStill && now.queue === before.queue && now.at - before.at <= maxGapMs;
}
