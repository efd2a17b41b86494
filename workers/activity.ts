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
