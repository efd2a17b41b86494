/** At most `max` calls in any `windowMs`, as a suite counts them. */
export interface CallLimit {
  readonly max: number;
  readonly windowMs: number;
}

/** Counts calls as a suite's gateway does: by key, in sliding windows. */
export class CallLimiter {
  private readonly taken = new Map<string, number[]>();

  constructor(
    private readonly now: () => number,
    private readonly limits: readonly CallLimit[],
  ) {}

  /** @returns null where the call may pass, else the milliseconds until the next one may. */
  take(key: string): number | null {
    const at = this.now();
    const longest = Math.max(0, ...this.limits.map((limit) => limit.windowMs));
    const times = (this.taken.get(key) ?? []).filter((time) => time > at - longest);
    this.taken.set(key, times);
    for (const { max, windowMs } of this.limits) {
      const inside = times.filter((time) => time > at - windowMs);
      const oldest = inside[inside.length - max];
      if (oldest !== undefined) return oldest + windowMs - at;
    }
    times.push(at);
    return null;
  }
}
