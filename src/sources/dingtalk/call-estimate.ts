import { MAX_PAGE } from './dingtalk-api.js';
import type { DingtalkSettings } from './dingtalk-config.js';

/** The properties of a company that determine the number of calls. */
export interface CompanySize {
  readonly departments: number;
  readonly people: number;
}

/** One call for the token and one for the scope. */
const FIXED_CALLS = 2;
const NIGHTS_A_MONTH = 30;

/** The minimum number of calls of a full sync: the last page of most departments is not full. */
export function estimateCalls({ departments, people }: CompanySize, settings: DingtalkSettings): number {
  const perDepartment = settings.details ? 3 : 2;
  const pages = Math.floor(people / MAX_PAGE);
  return FIXED_CALLS + perDepartment * departments + pages + (settings.superiors ? people : 0);
}

/** The sentence that an admin reads before a full sync. */
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
