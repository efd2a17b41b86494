import type { Tx } from '../../platform/db.js';
import type { DutyFacts } from './duty.js';
import type { Role } from '../accounts/principal.js';

/** A session in force, and whose it is. */
export interface SessionRow extends DutyFacts {
  readonly accountId: string;
  readonly username: string;
  readonly role: Role;
  readonly expiresAt: Date;
}

/** A session to begin. */
interface NewSession {
  readonly tokenHash: Uint8Array<ArrayBuffer>;
  readonly accountId: string;
  readonly via: 'password' | 'oidc';
  readonly address: string | null;
  readonly browser: string | null;
  readonly expiresAt: Date;
  /** A code of the second factor was given. */
  readonly secondFactorAt: Date | null;
}

/** Begins a session. */
export async function createSession(tx: Tx, given: NewSession): Promise<void> {
  await tx.session.create({ data: given });
}

/** Finds a session that is neither too old nor idle for `idleMs`, of an account that is in force. */
export async function findSession(
  tx: Tx,
  tokenHash: Uint8Array<ArrayBuffer>,
  idleMs: number,
): Promise<SessionRow | null> {
  // By its primary key; the database's clock decides, so that every process decides alike.
  const rows = await tx.$queryRaw<SessionRow[]>`
    SELECT s.account_id AS "accountId", a.username, a.role, s.via, s.expires_at AS "expiresAt",
      a.password_expires_at IS NOT NULL AS "isProvisional", s.second_factor_at IS NOT NULL AS "gaveSecondFactor",
      EXISTS (SELECT 1 FROM second_factors f WHERE f.account_id = a.id) AS "hasSecondFactor"
    FROM sessions s JOIN accounts a ON a.id = s.account_id AND a.disabled_at IS NULL
    WHERE s.token_hash = ${tokenHash} AND s.expires_at > now()
      AND s.last_seen_at > now() - ${idleMs}::float8 * interval '1 millisecond'`;
  return rows[0] ?? null;
}

/** Remembers that a session was used. */
export async function touchSession(tx: Tx, tokenHash: Uint8Array<ArrayBuffer>): Promise<void> {
  await tx.$executeRaw`UPDATE sessions SET last_seen_at = now() WHERE token_hash = ${tokenHash}`;
}

/** Remembers that a code of the second factor was given in a session. */
export async function noteSecondFactor(tx: Tx, tokenHash: Uint8Array<ArrayBuffer>): Promise<void> {
  await tx.$executeRaw`UPDATE sessions SET second_factor_at = now() WHERE token_hash = ${tokenHash}`;
}

/** Ends a session. @returns the account whose it was, null when there was none. */
export async function endSession(tx: Tx, tokenHash: Uint8Array<ArrayBuffer>): Promise<string | null> {
  const rows = await tx.$queryRaw<{ accountId: string }[]>`
    DELETE FROM sessions WHERE token_hash = ${tokenHash} RETURNING account_id AS "accountId"`;
  return rows[0]?.accountId ?? null;
}

/** Ends every session of an account but one. @returns how many there were. */
export async function endOtherSessions(tx: Tx, accountId: string, kept: Uint8Array<ArrayBuffer>): Promise<number> {
  return (await tx.session.deleteMany({ where: { accountId, tokenHash: { not: kept } } })).count;
}

/** Ends every session of an account. @returns how many there were. */
export async function endSessionsOf(tx: Tx, accountId: string): Promise<number> {
  return (await tx.session.deleteMany({ where: { accountId } })).count;
}

/** A session as its owner sees it. */
export interface OwnSession {
  readonly id: string;
  readonly via: 'password' | 'oidc';
  readonly address: string | null;
  readonly browser: string | null;
  readonly createdAt: Date;
  /** Exact to a minute. */
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
  /** Whether it is the session of this request. */
  readonly isCurrent: boolean;
}

/** The sessions of an account that are in force, the one that was used last first: few, see SESSIONS_AT_ONCE. */
export async function listOwnSessions(
  tx: Tx,
  of: { readonly accountId: string; readonly current: Uint8Array<ArrayBuffer>; readonly idleMs: number },
): Promise<readonly OwnSession[]> {
  // In force as findSession says it; the token's hash stays here.
  return tx.$queryRaw<OwnSession[]>`
    SELECT id, via, address, browser, created_at AS "createdAt", last_seen_at AS "lastSeenAt",
           expires_at AS "expiresAt", token_hash = ${of.current} AS "isCurrent"
    FROM sessions
    WHERE account_id = ${of.accountId}::uuid AND expires_at > now()
      AND last_seen_at > now() - ${of.idleMs}::float8 * interval '1 millisecond'
    ORDER BY last_seen_at DESC, id`;
}

/** Ends one session of an account. @returns whether there was one. */
export async function endOwnSession(tx: Tx, of: { readonly accountId: string; readonly id: string }): Promise<boolean> {
  return (await tx.session.deleteMany({ where: of })).count === 1;
}

/**
 * Ends the sessions beyond the `keep` that were used last; the newest stays in any case. Those that still owe the
 * second factor are counted separately: knowing only the password ends no other session. @returns how many ended.
 */
export async function endOldestSessions(
  tx: Tx,
  of: { readonly accountId: string; readonly newest: Uint8Array<ArrayBuffer>; readonly keep: number },
): Promise<number> {
  return tx.$executeRaw`
    DELETE FROM sessions WHERE token_hash IN (
      SELECT token_hash FROM (
        SELECT s.token_hash, row_number() OVER (
          PARTITION BY s.via = 'password' AND s.second_factor_at IS NULL AND f.account_id IS NOT NULL
          ORDER BY s.token_hash = ${of.newest} DESC, s.last_seen_at DESC, s.id) AS place
        FROM sessions s
        LEFT JOIN second_factors f ON f.account_id = s.account_id
        WHERE s.account_id = ${of.accountId}::uuid) AS ranked
      WHERE place > ${of.keep})`;
}
