import { AndFilter, type Filter, GreaterThanEqualsFilter, LessThanEqualsFilter, OrFilter } from 'ldapts';
import type { UserWatch } from './index-directory.js';
import type { LdapCursor } from './ldap-config.js';
import { CursorExpiredError } from '../../domain/errors.js';
import type { Directory } from './directory.js';
import { formatGuid } from './entry-id.js';
import { toFileTime } from './is-account-active.js';
import { bytesOf, firstText, type LdapEntry } from './ldap-entry.js';

/** How one family of servers reports which users changed. */
export interface ChangeTracker {
  /** The attributes that the sweep must read for the next cursor. */
  readonly watch: UserWatch;
  /** Finds the users that changed since the cursor of the tracker; null = unknown, read all users. */
  changedFilter(): Filter | null;
  /** The start of the next delta; null = the server does not report it. Call it after the sweep. */
  position(): LdapCursor['position'] | null;
}

type AdPosition = Extract<LdapCursor['position'], { preset: 'ad' }>;

/**
 * Changes by uSNChanged; the next mark is highestCommittedUSN from before the read (learn.microsoft.com, "Polling for
 * Changes Using USNChanged").
 * @throws CursorExpiredError if another domain controller answers, or one that was restored: its numbers are different
 */
export async function trackAdChanges(directory: Directory, since: AdPosition | null): Promise<ChangeTracker> {
  const now = await readPosition(directory);
  if (since !== null && (now?.server !== since.server || now.invocationId !== since.invocationId)) {
    throw new CursorExpiredError(
      'The domain controller is a different one than last time, or it was restored; its change numbers are not valid for this ' +
        'cursor, so a full sync is needed. Set url to one domain controller, not to the domain.',
    );
  }
  return {
    watch: { attributes: [], start: () => () => undefined },
    changedFilter: () => (since === null || now === null ? null : changedBetween(since, now)),
    position: () => now,
  };
}

async function readPosition(directory: Directory): Promise<AdPosition | null> {
  const readAt = new Date().toISOString();
  const root = await directory.entry('', ['highestCommittedUSN', 'dsServiceName']);
  const usn = root && firstText(root, ['highestCommittedUSN']);
  const server = root && firstText(root, ['dsServiceName']);
  if (!usn || !server || !/^\d{1,19}$/.test(usn)) return null;
  const service = await directory.entry(server, ['invocationId']);
  const [invocation] = service === null ? [] : bytesOf(service, 'invocationId');
  return { preset: 'ad', usn, server, invocationId: invocation ? formatGuid(invocation) : null, readAt };
}

function changedBetween(since: AdPosition, now: AdPosition): OrFilter {
  const expires = 'accountExpires';
  const fileTime = (at: string) => toFileTime(Date.parse(at)).toString();
  return new OrFilter({
    filters: [
      new GreaterThanEqualsFilter({ attribute: 'uSNChanged', value: (BigInt(since.usn) + 1n).toString() }),
      // An account that expired since then is inactive, although its entry did not change.
      new AndFilter({
        filters: [
          new GreaterThanEqualsFilter({ attribute: expires, value: fileTime(since.readAt) }),
          new LessThanEqualsFilter({ attribute: expires, value: fileTime(now.readAt) }),
        ],
      }),
    ],
  });
}

type CsnPosition = Extract<LdapCursor['position'], { preset: 'openldap' }>;

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
export function trackOpenldapChanges(since: CsnPosition | null): ChangeTracker {
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

/**
 * Reads a GeneralizedTime such as `20260131235959.5Z` (RFC 4517, 3.3.13); null for another text or a time without a
 * zone.
 */
export function parseGeneralizedTime(text: string): Date | null {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:[.,](\d+))?(Z|[+-]\d\d(?:\d\d)?)$/.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second = '00', fraction = '0', zone = 'Z'] = match;
  const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3) || '00'}`;
  const time = new Date(
    `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`,
  );
  return Number.isNaN(time.getTime()) ? null : time;
}

/** Writes a GeneralizedTime in seconds, in UTC: every server accepts this form in a filter. */
export function formatGeneralizedTime(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace(/[-T:]/g, '')}Z`;
}
