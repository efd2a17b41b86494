import type { DingtalkConfig } from './dingtalk-config.js';
import { z } from 'zod';

/** What a read needs to know of the options, with the defaults in their place. */
export interface DingtalkSettings {
  readonly details: boolean;
  readonly superiors: boolean;
  readonly mainDepartment: 'first' | 'none';
}

/** Fills the defaults in. */
export function settingsOf(config: DingtalkConfig): DingtalkSettings {
  const { departmentDetails = true, superiors = false, mainDepartment = 'first' } = config;
  return { details: departmentDetails, superiors, mainDepartment };
}

/** When the read began: who left since then, leave records tell. */
export const dingtalkCursorSchema = z.strictObject({ readAt: z.iso.datetime() });
/** See the schema. */
export type DingtalkCursor = z.infer<typeof dingtalkCursorSchema>;
