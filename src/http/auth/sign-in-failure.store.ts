import { createHash } from 'node:crypto';
import type { Tx } from '../../platform/db.js';
import { usernameKeyOf } from './username-key.js';

/** How tries are slowed down: so many are free within an hour, then each one doubles the pause. */
interface BackOff {
  readonly key: string;
  readonly free: number;
  readonly firstPauseS: number;
  readonly longestPauseS: number;
}

/** Who tries: both the name and the address are slowed down, known or not, so that the answer tells nothing. */
export interface SignInTry {
  readonly username: string;
  /** The network address, IPv6 as its /56. */
  readonly address: string;
}

/**
 * Counts a try before its password is looked at, so that many at once are counted as well.
 * @returns 0 when it may go on, else the seconds to wait.
 */
export async function countTry(tx: Tx, given: SignInTry): Promise<number> {
  for (const backOff of backOffsOf(given)) {
    const waitS = await count(tx, backOff);
    if (waitS > 0) return waitS;
  }
  return 0;
}

/** Forgives a try that turned out right: the account's failures are over, the address has one less. */
export async function forgiveTry(tx: Tx, given: SignInTry): Promise<void> {
  const [address, account] = backOffsOf(given);
  await tx.$executeRaw`DELETE FROM sign_in_failures WHERE key = ${account.key}`;
  await tx.$executeRaw`
    UPDATE sign_in_failures
    SET failures = greatest(failures - 1, 0), locked_until = CASE WHEN failures > ${address.free} THEN locked_until END
    WHERE key = ${address.key}`;
}

/** An account's failures are over: somebody who may gave it a new password. */
export async function forgiveAccount(tx: Tx, username: string): Promise<void> {
  await tx.$executeRaw`DELETE FROM sign_in_failures WHERE key = ${accountKey(username)}`;
}

/** At most some twenty guesses an hour at one account, and nobody is shut out for good. */
function backOffsOf({ username, address }: SignInTry): readonly [BackOff, BackOff] {
  return [
    { key: `address:${address}`, free: 20, firstPauseS: 30, longestPauseS: 900 },
    { key: accountKey(username), free: 5, firstPauseS: 30, longestPauseS: 300 },
  ];
}

/** Hashed: people type passwords into the field for the name. */
function accountKey(username: string): string {
  return `account:${createHash('sha256').update(usernameKeyOf(username), 'utf8').digest('hex')}`;
}

async function count(tx: Tx, { key, free, firstPauseS, longestPauseS }: BackOff): Promise<number> {
  // One row a key, and none while it is locked: many tries at once queue up at the row and are all counted.
  const counted = await tx.$executeRaw`
    INSERT INTO sign_in_failures AS f (key) VALUES (${key})
    ON CONFLICT (key) DO UPDATE SET
      failures = CASE WHEN f.last_at < now() - interval '1 hour' THEN 1 ELSE f.failures + 1 END,
      last_at = now(),
      locked_until = CASE
        WHEN f.last_at < now() - interval '1 hour' OR f.failures + 1 < ${free}::int THEN NULL
        ELSE now() + least(${longestPauseS}::int, ${firstPauseS}::int * 2 ^ least(f.failures + 1 - ${free}::int, 10))
                     * interval '1 second'
      END
    WHERE f.locked_until IS NULL OR f.locked_until <= now()`;
  if (counted > 0) return 0;
  const rows = await tx.$queryRaw<{ waitS: number }[]>`
    SELECT ceil(extract(epoch FROM locked_until - now()))::int AS "waitS" FROM sign_in_failures WHERE key = ${key}`;
  return Math.max(rows[0]?.waitS ?? 1, 1);
}
