import { AndFilter, GreaterThanEqualsFilter, LessThanEqualsFilter, OrFilter } from 'ldapts';
import { CursorExpiredError } from '../../domain/errors.js';
import type { ChangeTracker } from './change-tracker.js';
import type { Directory } from './directory.js';
import { formatGuid } from './entry-id.js';
import { toFileTime } from './is-account-active.js';
import type { LdapCursor } from './ldap-cursor.js';
import { bytesOf, firstText } from './ldap-entry.js';

type Position = Extract<LdapCursor['position'], { preset: 'ad' }>;

/**
 * Changes by uSNChanged; the next mark is highestCommittedUSN from before the read (learn.microsoft.com, "Polling for
 * Changes Using USNChanged").
 * @throws CursorExpiredError if another domain controller answers, or one that was restored: its numbers are different
 */
export async function trackAdChanges(directory: Directory, since: Position | null): Promise<ChangeTracker> {
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

async function readPosition(directory: Directory): Promise<Position | null> {
  const readAt = new Date().toISOString();
  const root = await directory.entry('', ['highestCommittedUSN', 'dsServiceName']);
  const usn = root && firstText(root, ['highestCommittedUSN']);
  const server = root && firstText(root, ['dsServiceName']);
  if (!usn || !server || !/^\d{1,19}$/.test(usn)) return null;
  const service = await directory.entry(server, ['invocationId']);
  const [invocation] = service === null ? [] : bytesOf(service, 'invocationId');
  return { preset: 'ad', usn, server, invocationId: invocation ? formatGuid(invocation) : null, readAt };
}

function changedBetween(since: Position, now: Position): OrFilter {
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
