import { z } from 'zod';

/** Feishu keeps no place to go on from: a delta reads what events named, and nothing else. */
export const feishuCursorSchema = z.strictObject({});
/** See the schema. */
export type FeishuCursor = z.infer<typeof feishuCursorSchema>;
