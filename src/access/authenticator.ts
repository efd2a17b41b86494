import { timingSafeEqual } from 'node:crypto';
import type { Db } from '../platform/db.js';
import type { Logger } from '../platform/logger.js';
import { type CallerKey, findCallerKey, hashKeySecret, parseKeyText, touchApiKey } from './keys/api-key.store.js';
import { dutyOf, type SecondFactorRule } from './sessions/duty.js';
import type { Principal } from './accounts/principal.js';
import { findSession, type SessionRow, touchSession } from './sessions/session.store.js';
import { csrfTokenOf, hashSessionToken } from './sessions/session-token.js';
import { atMostEvery, ttlCache } from './ttl-cache.js';

/** Tells who calls. */
export interface Authenticator {
  /** null for a text that is no key in force. */
  authenticate(keyText: string): Promise<Principal | null>;
  /** null for a token of no session in force. */
  authenticateSession(token: string): Promise<Principal | null>;
  /** Whether the key or session that opened a long answer is still in force. */
  isInForce(principal: Principal): Promise<boolean>;
}

/** What an authenticator needs. */
export interface AuthenticatorDeps {
  readonly db: Db;
  readonly logger: Logger;
  readonly settings: { readonly sessions?: SessionLimits; readonly secondFactor: SecondFactorRule };
}

/** How long sessions live. */
export interface SessionLimits {
  /** Without a request. */
  readonly idleMs: number;
  /** At most, whatever happens. */
  readonly lifeMs: number;
}

/** Half an hour without a request, twelve hours in all. */
export const DEFAULT_SESSION_LIMITS: SessionLimits = { idleMs: 30 * 60_000, lifeMs: 12 * 3_600_000 };

/** Uses are written at most that often, so that a busy caller does not write all the time. */
const TOUCH_MS = 60_000;
/** Compared where there is no such key, so that both answers take the same time. */
const NO_KEY_HASH = hashKeySecret('');

/** Reads keys and sessions from their tables, each at most twice a second. */
export function createAuthenticator(deps: AuthenticatorDeps): Authenticator {
  const { prisma } = deps.db;
  const { idleMs } = deps.settings.sessions ?? DEFAULT_SESSION_LIMITS;
  const owes = (row: SessionRow) => dutyOf(row, deps.settings.secondFactor);
  const readKey = ttlCache((id) => findCallerKey(deps.db.pool, id));
  // What a session owes is asked for each time, so that what is paid opens it at once, on every process.
  const readSession = ttlCache(
    (hash) => findSession(prisma, bytesOf(hash), idleMs),
    (row) => owes(row) === null,
  );
  // A short idle limit must not end a session that is in use.
  const touch = toucher(deps.logger, Math.min(TOUCH_MS, idleMs / 10));
  return {
    async authenticate(keyText) {
      const parts = parseKeyText(keyText);
      if (!parts) return null;
      const key = await readKey(parts.id);
      const same = timingSafeEqual(hashKeySecret(parts.secret), key?.secretHash ?? NO_KEY_HASH);
      if (!key || !same || !inForce(key)) return null;
      touch(key.id, () => touchApiKey(prisma, key.id));
      return ofKey(key);
    },
    async authenticateSession(token) {
      const hash = Buffer.from(hashSessionToken(token)).toString('hex');
      const row = await readSession(hash);
      if (!row || row.expiresAt.getTime() <= Date.now()) return null;
      touch(hash, () => touchSession(prisma, bytesOf(hash)));
      return ofSession(row, { hash, csrfToken: csrfTokenOf(token), expiresAt: row.expiresAt, owes: owes(row) });
    },
    async isInForce({ id, session }) {
      if (session) {
        const row = await readSession(session.hash);
        return row !== null && owes(row) === null && session.expiresAt.getTime() > Date.now();
      }
      const key = await readKey(id);
      return key !== null && inForce(key);
    },
  };
}

function toucher(logger: Logger, everyMs: number): (id: string, write: () => Promise<void>) => void {
  const isDue = atMostEvery(everyMs);
  return (id, write) => {
    if (!isDue(id)) return;
    write().catch((error: unknown) =>
      logger.warn('last use of a key or session not written', { cause: String(error) }),
    );
  };
}

function inForce(key: CallerKey): boolean {
  return key.revokedAt === null && (key.expiresAt === null || key.expiresAt.getTime() > Date.now());
}

function ofKey({ id, name, role, sourceId, pushOnly }: CallerKey): Principal {
  return { id, name, role, via: 'key', sourceId, pushOnly, session: null };
}

function ofSession(row: SessionRow, session: NonNullable<Principal['session']>): Principal {
  const { accountId: id, username: name, role, via } = row;
  return { id, name, role, via, sourceId: null, pushOnly: false, session };
}

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}
