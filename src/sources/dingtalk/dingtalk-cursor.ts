import { z } from 'zod';

/** When the read began: who left since then, leave records tell. */
export const dingtalkCursorSchema = z.strictObject({ readAt: z.iso.datetime() });
/** See the schema. */
export type DingtalkCursor = z.infer<typeof dingtalkCursorSchema>;
