const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * How long rows are kept, in ms, from the end of their task where nothing else is said. docs/operations.md says it
 * to people.
 */
export const RETENTION = {
  /** From the first use; a key must not outlive its push. */
  idempotencyKeysMs: 72 * HOUR_MS,
  /** The read of a task that can't be retried: it succeeded, or it was a dry run. */
  doneReadsMs: HOUR_MS,
  /** What a partial, failed or cancelled task read: a retry goes on with it. After that it reads again. */
  retryableReadsMs: 14 * DAY_MS,
  /** Finished pushes, from when they were answered. */
  pushesMs: 30 * DAY_MS,
  /** Also the rows of sources that were deleted by a task, from its end: so long it can be undone. */
  changesMs: 90 * DAY_MS,
  /** The tasks themselves; the newest ended one of each source stays. */
  tasksMs: 180 * DAY_MS,
  /** Workers that died without a word, from their last sign of life. */
  silentWorkersMs: DAY_MS,
} as const;
