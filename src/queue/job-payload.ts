import { z } from 'zod';

/** All that a job carries; it has no authority, so a forged one can do no harm. */
export const jobPayload = z.strictObject({ taskId: z.uuid() });

/** See `jobPayload`. */
export type JobPayload = z.infer<typeof jobPayload>;
