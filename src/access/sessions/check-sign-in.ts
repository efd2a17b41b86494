import { RequestError } from '../../domain/errors.js';
import type { Db } from '../../platform/db.js';
import type { Logger } from '../../platform/logger.js';
import { recordAudit } from '../../audit/audit.store.js';
import { type Account, findAccount } from '../accounts/account.store.js';
import { verifyPassword } from '../passwords/password-hash.js';
import { clearTry, countTry } from './sign-in-failure.store.js';

/** A name and a password, as the user typed them. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** As it is counted: `ipKeyGenerator`. */
  readonly address: string;
}

/**
 * Finds the account that a name and a password open.
 * @throws RequestError `sign_in_failed`, the same in words and time whatever is wrong; `sign_in_locked` with the pause;
 * `password_expired`, only for the right password, where another person set it and its owner did not change it in time.
 */
export async function checkSignIn(
  { db, logger }: { readonly db: Db; readonly logger: Logger },
  given: Credentials,
): Promise<Account> {
  const waitS = await countTry(db.prisma, given);
  if (waitS > 0) {
    logger.warn('sign-in refused for now', { waitS });
    throw new RequestError(
      429,
      'sign_in_locked',
      'Too many failed attempts. Wait for the time in Retry-After.',
      undefined,
      waitS,
    );
  }
  const account = await findAccount(db.prisma, given.username);
  const right = await verifyPassword(given.password, account?.passwordHash ?? null);
  if (account && right && account.disabledAt === null) {
    await clearTry(db.prisma, given);
    if (!isExpired(account)) return account;
    await recordFailure(db, account.id, given.address);
    throw new RequestError(403, 'password_expired', 'The temporary password has expired: ask an admin for a new one.');
  }
  logger.warn('sign-in failed', { accountId: account?.id ?? null });
  // Unknown usernames are not stored in the audit log: they are arbitrary input.
  if (account) await recordFailure(db, account.id, given.address);
  throw new RequestError(401, 'sign_in_failed', 'The username or the password is wrong.');
}

function isExpired({ passwordExpiresAt }: Account): boolean {
  return passwordExpiresAt !== null && passwordExpiresAt.getTime() <= Date.now();
}

function recordFailure(db: Db, accountId: string, address: string): Promise<void> {
  const deed = { actor: 'anonymous', objectType: 'account', objectId: accountId, address };
  return recordAudit(db.prisma, { ...deed, action: 'session.refuse' });
}
