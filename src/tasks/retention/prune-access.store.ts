import type { Tx } from '../../platform/db.js';
import { RETENTION } from './retention.js';

/** Deletes expired sessions. */
export function pruneSessions(tx: Tx, limit: number): Promise<number> {
  // Idle sessions are already invalid; they are deleted at their absolute end, half a day later.
  return tx.$executeRaw`
    DELETE FROM sessions WHERE token_hash IN (
      SELECT token_hash FROM sessions WHERE expires_at < now() LIMIT ${limit} FOR UPDATE SKIP LOCKED)`;
}

/** Deletes failed sign-ins that no longer count. */
export function pruneSignInFailures(tx: Tx, limit: number): Promise<number> {
  return tx.$executeRaw`
    DELETE FROM sign_in_failures WHERE key IN (
      SELECT key FROM sign_in_failures WHERE last_at < now() - interval '1 day'
      LIMIT ${limit} FOR UPDATE SKIP LOCKED)`;
}

/** Deletes idempotency keys after their 72 h. */
export async function forgetOldKeys(tx: Tx): Promise<void> {
  // Touches keys that no request is compared with any more.
  await tx.$executeRaw`
    DELETE FROM idempotency_keys
    WHERE created_at < now() - ${RETENTION.idempotencyKeysMs}::float8 * interval '1 millisecond'`;
}
