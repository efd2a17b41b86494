import { MAX_PAGE } from './dingtalk-api.js';
import type { DingtalkSettings } from './dingtalk-settings.js';

/** What a company has, as far as calls depend on it. */
export interface CompanySize {
  readonly departments: number;
  readonly people: number;
}

/** Token and scope. */
const FIXED_CALLS = 2;
const NIGHTS_A_MONTH = 30;

/** How many calls a full sync takes at least: each department's last page is rarely full. */
export function estimateCalls({ departments, people }: CompanySize, settings: DingtalkSettings): number {
  const perDepartment = settings.details ? 3 : 2;
  const pages = Math.floor(people / MAX_PAGE);
  return FIXED_CALLS + perDepartment * departments + pages + (settings.superiors ? people : 0);
}

/** The sentence that an admin reads before starting a full sync. */
export function describeCalls(
  size: CompanySize,
  settings: DingtalkSettings,
  { exact }: { readonly exact: boolean },
): string {
  const calls = estimateCalls(size, settings);
  const about = exact ? 'about' : 'more than';
  return (
    `A full sync needs ${about} ${calls} calls (${exact ? '' : 'more than '}${size.departments} departments, ` +
    `${size.people} people), ${about} ${calls * NIGHTS_A_MONTH} a month with one sync per night. DingTalk's standard edition allows ` +
    'an organisation about 10000 calls a month, the professional one 500000.'
  );
}
