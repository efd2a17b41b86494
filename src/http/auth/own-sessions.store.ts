import type { Tx } from '../../platform/db.js';

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
  /** Whether it is the one that asks. */
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
 * Ends the sessions beyond the `keep` that were used last; the newest stays in any case. Those that still owe the second
 * factor are counted by themselves: who knows only the password ends nobody's session. @returns how many ended.
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
