import { createHash } from 'node:crypto';
import type { Tx } from '../../platform/db.js';
import { usernameKeyOf } from '../accounts/principal.js';

/** How tries are slowed down: so many are free within an hour, then each one doubles the pause. */
interface BackOff {
  readonly key: string;
  readonly free: number;
  readonly firstPauseS: number;
  readonly longestPauseS: number;
  /** Failures are forgotten after so long without a try; up to a day, when they are pruned. */
  readonly forgetS: number;
}

/** Who tries: both the name and the address are slowed down, known or not, so that the answer tells nothing. */
export interface SignInTry {
  readonly username: string;
  /** The network address, IPv6 as its /56. */
  readonly address: string;
}

/** A failed code of the second factor; the password was right. */
export interface CodeTry {
  readonly accountId: string;
  readonly address: string;
}

/**
 * Counts a try before its password is looked at, so that many at once are counted as well.
 * @returns 0 when it may go on, else the seconds to wait.
 */
export function countTry(tx: Tx, given: SignInTry): Promise<number> {
  return countAll(tx, backOffsOf(given));
}

/** Counts a try before its code is looked at, apart from those of passwords: a right password must not clear it. */
export function countCodeTry(tx: Tx, given: CodeTry): Promise<number> {
  return countAll(tx, codeBackOffsOf(given));
}

/** Forgives a try that turned out right: the account's failures are over, the address has one less. */
export function clearTry(tx: Tx, given: SignInTry): Promise<void> {
  return clear(tx, backOffsOf(given));
}

/** Forgives a try of a code that turned out right. */
export function clearCodeTry(tx: Tx, given: CodeTry): Promise<void> {
  return clear(tx, codeBackOffsOf(given));
}

/** Deletes an account's failures: it got a new password. */
export async function clearAccountFailures(tx: Tx, username: string): Promise<void> {
  await tx.$executeRaw`DELETE FROM sign_in_failures WHERE key = ${accountKey(username)}`;
}

/** An account's wrong codes are over: its second factor was taken away. */
export async function clearCodeFailures(tx: Tx, accountId: string): Promise<void> {
  await tx.$executeRaw`DELETE FROM sign_in_failures WHERE key = ${codeKey(accountId)}`;
}

type BackOffs = readonly [address: BackOff, account: BackOff];

/** At most about twenty guesses an hour at one account, and no one is locked out permanently. */
function backOffsOf({ username, address }: SignInTry): BackOffs {
  return [
    ofAddress(address),
    { key: accountKey(username), free: 5, firstPauseS: 30, longestPauseS: 300, forgetS: 3_600 },
  ];
}

/**
 * Three of a million codes are right at a time: some thirty guesses a day leave one in ten thousand. Only who knows the
 * password can make its owner wait so long.
 */
function codeBackOffsOf({ accountId, address }: CodeTry): BackOffs {
  return [
    ofAddress(address),
    { key: codeKey(accountId), free: 5, firstPauseS: 30, longestPauseS: 3_600, forgetS: 86_400 },
  ];
}

function ofAddress(address: string): BackOff {
  return { key: `address:${address}`, free: 20, firstPauseS: 30, longestPauseS: 900, forgetS: 3_600 };
}

const codeKey = (accountId: string) => `code:${accountId}`;

/** Hashed: people type passwords into the field for the name. */
function accountKey(username: string): string {
  return `account:${createHash('sha256').update(usernameKeyOf(username), 'utf8').digest('hex')}`;
}

async function countAll(tx: Tx, backOffs: BackOffs): Promise<number> {
  for (const backOff of backOffs) {
    const waitS = await count(tx, backOff);
    if (waitS > 0) return waitS;
  }
  return 0;
}

async function clear(tx: Tx, [address, account]: BackOffs): Promise<void> {
  await tx.$executeRaw`DELETE FROM sign_in_failures WHERE key = ${account.key}`;
  await tx.$executeRaw`
    UPDATE sign_in_failures
    SET failures = greatest(failures - 1, 0), locked_until = CASE WHEN failures > ${address.free} THEN locked_until END
    WHERE key = ${address.key}`;
}

async function count(tx: Tx, { key, free, firstPauseS, longestPauseS, forgetS }: BackOff): Promise<number> {
  // One row a key, and none while it is locked: many tries at once queue up at the row and are all counted.
  const counted = await tx.$executeRaw`
    INSERT INTO sign_in_failures AS f (key) VALUES (${key})
    ON CONFLICT (key) DO UPDATE SET
      failures = CASE WHEN f.last_at < now() - ${forgetS}::int * interval '1 second' THEN 1 ELSE f.failures + 1 END,
      last_at = now(),
      locked_until = CASE
        WHEN f.last_at < now() - ${forgetS}::int * interval '1 second' OR f.failures + 1 < ${free}::int THEN NULL
        ELSE now() + least(${longestPauseS}::int, ${firstPauseS}::int * 2 ^ least(f.failures + 1 - ${free}::int, 10))
                     * interval '1 second'
      END
    WHERE f.locked_until IS NULL OR f.locked_until <= now()`;
  if (counted > 0) return 0;
  const rows = await tx.$queryRaw<{ waitS: number }[]>`
    SELECT ceil(extract(epoch FROM locked_until - now()))::int AS "waitS" FROM sign_in_failures WHERE key = ${key}`;
  return Math.max(rows[0]?.waitS ?? 1, 1);
}
