import { type Db, inTransaction } from '../../platform/db.js';
import { recordAudit } from '../../audit/audit.store.js';
import { noteSignIn } from '../accounts/account.store.js';
import type { FactorProof } from '../second-factor/check-second-factor.js';
import type { Role } from '../accounts/principal.js';
import { createSession, endOldestSessions, endSession } from './session.store.js';
import { hashSessionToken, newSessionToken } from './session-token.js';

/** A session to begin after a successful sign-in. */
export interface SessionStart {
  readonly accountId: string;
  readonly via: 'password' | 'oidc';
  readonly role: Role;
  readonly address: string | null;
  /** What `browserName` makes of the browser; not known when left out. */
  readonly browser?: string | null;
  /** What the second factor was proved by; null = not (yet). */
  readonly secondFactor?: FactorProof | null;
  /** How long it lasts at most. */
  readonly lifeMs: number;
  /** The token that the browser came with: it is never taken on. */
  readonly formerToken: string | null;
}

/** What the browser gets. */
export interface StartedSession {
  readonly token: string;
  readonly expiresAt: Date;
}

/** Sessions of one account at once (ASVS 7.1.2). One more ends that which was not used for longest. */
export const SESSIONS_AT_ONCE = 10;

/** Begins a session with a new token and ends the one that the browser had. */
export async function startSession(db: Db, start: SessionStart): Promise<StartedSession> {
  const { accountId, via, role, address, browser = null, lifeMs, formerToken, secondFactor = null } = start;
  const token = newSessionToken();
  const tokenHash = hashSessionToken(token);
  const expiresAt = new Date(Date.now() + lifeMs);
  await inTransaction(db, async (tx) => {
    // Locks the account's row: of two sign-ins at once the second one counts the first one's session.
    await noteSignIn(tx, accountId);
    if (formerToken !== null) await endSession(tx, hashSessionToken(formerToken));
    const secondFactorAt = secondFactor === null ? null : new Date();
    await createSession(tx, { tokenHash, accountId, via, address, browser, expiresAt, secondFactorAt });
    const ended = await endOldestSessions(tx, { accountId, newest: tokenHash, keep: SESSIONS_AT_ONCE });
    const deed = { actor: `admin:${accountId}`, objectType: 'account', objectId: accountId, address };
    const also = { ...(secondFactor && { secondFactor }), ...(ended > 0 && { ended }) };
    await recordAudit(tx, { ...deed, action: 'session.start', detail: { via, role, ...also } });
  });
  return { token, expiresAt };
}

/** The first that is found counts: most browsers also give the names of others. */
const BROWSERS: readonly (readonly [mark: string, name: string])[] = [
  ['Edg', 'Edge'],
  ['OPR/', 'Opera'],
  ['SamsungBrowser/', 'Samsung Internet'],
  ['Firefox/', 'Firefox'],
  ['FxiOS/', 'Firefox'],
  ['CriOS/', 'Chrome'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
];
const SYSTEMS: readonly (readonly [mark: string, name: string])[] = [
  ['Windows', 'Windows'],
  ['Android', 'Android'],
  ['iPhone', 'iOS'],
  ['iPad', 'iPadOS'],
  ['Mac OS X', 'macOS'],
  ['CrOS', 'ChromeOS'],
  ['Linux', 'Linux'],
];

/**
 * What a person knows a browser by, such as `Firefox, Linux`. The rest of what it says of itself (versions, devices) is
 * not kept. null = none that is known.
 */
export function browserName(userAgent: string | undefined): string | null {
  const names = [BROWSERS, SYSTEMS].map((table) => table.find(([mark]) => userAgent?.includes(mark))?.[1]);
  return names.filter((name) => name !== undefined).join(', ') || null;
}
