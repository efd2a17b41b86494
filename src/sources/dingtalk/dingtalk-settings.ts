import type { DingtalkConfig } from './dingtalk-config.js';
import { z } from 'zod';

/** The options that a read uses, with defaults filled in. */
export interface DingtalkSettings {
  readonly details: boolean;
  readonly superiors: boolean;
  readonly mainDepartment: 'first' | 'none';
}

/** Fills in the defaults. */
export function settingsOf(config: DingtalkConfig): DingtalkSettings {
  const { departmentDetails = true, superiors = false, mainDepartment = 'first' } = config;
  return { details: departmentDetails, superiors, mainDepartment };
}

/** When the read began: a later delta reads the leave records from then on. */
export const dingtalkCursorSchema = z.strictObject({ readAt: z.iso.datetime() });
/** The type of a cursor. */
export type DingtalkCursor = z.infer<typeof dingtalkCursorSchema>;
