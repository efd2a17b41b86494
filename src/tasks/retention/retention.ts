const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * How long rows are kept, in ms, from the end of their task unless stated otherwise. Documented in docs/operations.md.
 */
export const RETENTION = {
  /** From the first use; a key must not outlive its push. */
  idempotencyKeysMs: 72 * HOUR_MS,
  /** The read of a task that cannot be retried: it succeeded, or it was a dry run. */
  doneReadsMs: HOUR_MS,
  /** The read of a partial, failed or cancelled task: a retry continues with it, and later reads again. */
  retryableReadsMs: 14 * DAY_MS,
  /** Finished pushes, from the time of their answer. */
  pushesMs: 30 * DAY_MS,
  /** Also the rows of sources that a task deleted, from its end: during this time it can be undone. */
  changesMs: 90 * DAY_MS,
  /** The tasks themselves; the newest ended one of each source stays. */
  tasksMs: 180 * DAY_MS,
  /** Workers that ended without a clean shutdown, from their last heartbeat. */
  silentWorkersMs: DAY_MS,
} as const;
