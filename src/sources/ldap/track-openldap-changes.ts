import { GreaterThanEqualsFilter } from 'ldapts';
import type { ChangeTracker } from './change-tracker.js';
import { formatGeneralizedTime, parseGeneralizedTime } from './generalized-time.js';
import type { LdapCursor } from './ldap-cursor.js';
import { type LdapEntry, firstText } from './ldap-entry.js';

type Position = Extract<LdapCursor['position'], { preset: 'openldap' }>;

/**
 * The time before the mark that is read again: the clocks of several providers differ, and their writes arrive late.
 */
const OVERLAP_MS = 60_000;

/**
 * Changes by modifyTimestamp; the next mark is its highest value in the sweep, so it is the clock of the server.
 *
 * It has a resolution of one second, so the second of the mark is read again too. If the attribute of any user is
 * hidden, all users are read.
 */
export function trackOpenldapChanges(since: Position | null): ChangeTracker {
  let highest: Date | null = null;
  let hidden = false;
  const see = (entry: LdapEntry) => {
    const time = parseGeneralizedTime(firstText(entry, ['modifyTimestamp']) ?? '');
    if (time === null) hidden = true;
    else if (highest === null || time > highest) highest = time;
  };
  return {
    watch: {
      attributes: ['modifyTimestamp'],
      start() {
        highest = null;
        hidden = false;
        return see;
      },
    },
    changedFilter() {
      const mark = since?.modifiedAt ?? null;
      if (mark === null || hidden) return null;
      const from = new Date(Date.parse(mark) - OVERLAP_MS);
      return new GreaterThanEqualsFilter({ attribute: 'modifyTimestamp', value: formatGeneralizedTime(from) });
    },
    position: () => ({ preset: 'openldap', modifiedAt: hidden ? null : (highest?.toISOString() ?? null) }),
  };
}
