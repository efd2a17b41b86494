const DAY_S = 24 * 60 * 60;

/** How long ended jobs can be looked at, and failed ones be retried, in Bull Board. The tasks themselves stay. */
export const JOB_RETENTION = {
  attempts: 1,
  removeOnComplete: { age: 3 * DAY_S, count: 1_000 },
  removeOnFail: { age: 30 * DAY_S, count: 5_000 },
} as const;
