import type { Tx } from '../../platform/db.js';
import type { Role } from './principal.js';

/** A session in force, and whose it is. */
export interface SessionRow {
  readonly accountId: string;
  readonly username: string;
  readonly role: Role;
  readonly via: 'password' | 'oidc';
  readonly expiresAt: Date;
}

/** A session to begin. */
export interface NewSession {
  readonly tokenHash: Uint8Array<ArrayBuffer>;
  readonly accountId: string;
  readonly via: 'password' | 'oidc';
  readonly address: string | null;
  readonly browser: string | null;
  readonly expiresAt: Date;
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
    SELECT s.account_id AS "accountId", a.username, a.role, s.via, s.expires_at AS "expiresAt"
    FROM sessions s JOIN accounts a ON a.id = s.account_id AND a.disabled_at IS NULL
    WHERE s.token_hash = ${tokenHash} AND s.expires_at > now()
      AND s.last_seen_at > now() - ${idleMs}::float8 * interval '1 millisecond'`;
  return rows[0] ?? null;
}

/** Remembers that a session was used. */
export async function touchSession(tx: Tx, tokenHash: Uint8Array<ArrayBuffer>): Promise<void> {
  await tx.$executeRaw`UPDATE sessions SET last_seen_at = now() WHERE token_hash = ${tokenHash}`;
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
