import { z } from 'zod';

/** The queue on which tasks are rung for. Shown in Bull Board; never rename: waiting jobs would be forgotten. */
export const SYNC_QUEUE = 'rollcall-sync';

/** BullMQ drops a second add with the same id; ids must not contain ":" nor be all digits (docs.bullmq.io, Job Ids). */
export const ringId = (taskId: string, ring: number): string => `task-${taskId}-${ring}`;

/** All that a job carries; it has no authority, so a forged one can do no harm. */
export const jobPayload = z.strictObject({ taskId: z.uuid() });

/** See `jobPayload`. */
export type JobPayload = z.infer<typeof jobPayload>;

const DAY_S = 24 * 60 * 60;

/** How long ended jobs can be looked at, and failed ones be retried, in Bull Board. The tasks themselves stay. */
export const JOB_RETENTION = {
  attempts: 1,
  removeOnComplete: { age: 3 * DAY_S, count: 1_000 },
  removeOnFail: { age: 30 * DAY_S, count: 5_000 },
} as const;
