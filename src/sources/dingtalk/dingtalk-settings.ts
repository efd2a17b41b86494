import type { DingtalkConfig } from './dingtalk-config.js';

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
