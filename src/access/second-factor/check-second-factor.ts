import { RequestError } from '../../domain/errors.js';
import type { Db } from '../../platform/db.js';
import type { Keyring } from '../../secrets/sealing/keyring.js';
import type { Logger } from '../../platform/logger.js';
import { recordAudit } from '../../audit/audit.store.js';
import { hashRecoveryCode, readRecoveryCode, stepOfCode } from './second-factor-codes.js';
import { findSecondFactor, takeRecoveryCode, takeStep } from './second-factor.store.js';
import { openFactorSecret } from './second-factor-secret.js';
import { clearCodeTry, countCodeTry } from '../sessions/sign-in-failure.store.js';

/** What a second factor was proved by. */
export type FactorProof = 'app' | 'recovery_code';

/** A code, as the user typed it. */
export interface GivenCode {
  readonly accountId: string;
  readonly code: string;
  /** As it is counted: `ipKeyGenerator`. */
  readonly address: string;
  /** The field that it came in. */
  readonly path: string;
}

/** What checking codes needs. */
export interface CheckCodeDeps {
  readonly db: Db;
  readonly logger: Logger;
  readonly keyring: Keyring;
}

/**
 * Uses a code of the authenticator app, or a recovery code, up: each counts once.
 * @throws RequestError `wrong_code`; `sign_in_locked` with the pause.
 */
export async function checkSecondFactor(deps: CheckCodeDeps, given: GivenCode): Promise<FactorProof> {
  const { db, logger } = deps;
  const { accountId, address, path } = given;
  const waitS = await countCodeTry(db.prisma, given);
  if (waitS > 0) {
    logger.warn('second factor refused for now', { accountId, waitS });
    throw new RequestError(
      429,
      'sign_in_locked',
      'Too many wrong codes. Wait for the time in Retry-After.',
      undefined,
      waitS,
    );
  }
  const proof = await use(deps, given);
  if (proof) {
    await clearCodeTry(db.prisma, given);
    return proof;
  }
  logger.warn('second factor failed', { accountId });
  const deed = { actor: 'anonymous', action: 'session.refuse', objectType: 'account', objectId: accountId, address };
  await recordAudit(db.prisma, { ...deed, detail: { secondFactor: true } });
  const message = 'The code is wrong, too old, or was used before.';
  throw new RequestError(422, 'wrong_code', message, [{ path, message }]);
}

async function use({ db, keyring }: CheckCodeDeps, { accountId, code }: GivenCode): Promise<FactorProof | null> {
  const recovery = readRecoveryCode(code);
  if (recovery !== null)
    return (await takeRecoveryCode(db.prisma, accountId, hashRecoveryCode(recovery))) ? 'recovery_code' : null;
  const factor = await findSecondFactor(db.prisma, accountId);
  if (!factor) return null;
  const secret = openFactorSecret(keyring, accountId, factor.secret);
  const step = stepOfCode(secret, code, Date.now());
  return step !== null && (await takeStep(db.prisma, accountId, step)) ? 'app' : null;
}
