import { factorKeyOf, openFactorSecret, sealFactorSecret } from '../http/auth/second-factor-secret.js';
import { type Db, inTransaction, type Tx } from '../platform/db.js';
import type { Keyring } from '../platform/keyring.js';
import { SecretOpenError } from '../platform/seal.js';
import { recordAudit } from '../tasks/audit.store.js';
import { listFactorAccounts, lockSealedFactor, saveSealedFactor } from './second-factor.store.js';

/** How far an exchange of the keys of second factors came. */
export interface FactorCounts {
  readonly seen: number;
  readonly changed: number;
  /** Accounts whose second factor could not be changed, and why. */
  readonly failed: readonly { readonly account: string; readonly reason: string }[];
}

/** Seals the secret of every second factor by the newest key, one short transaction each; it may be stopped anywhere. */
export async function rotateSecondFactors(db: Db, keyring: Keyring): Promise<FactorCounts> {
  let [seen, changed] = [0, 0];
  const failed: { account: string; reason: string }[] = [];
  for (const accountId of await listFactorAccounts(db.prisma)) {
    const outcome = await inTransaction(db, (tx) => rotate(tx, keyring, accountId));
    seen += 1;
    if (outcome === 'changed') changed += 1;
    else if (outcome !== 'same') failed.push(outcome);
  }
  return { seen, changed, failed };
}

async function rotate(tx: Tx, keyring: Keyring, accountId: string) {
  const factor = await lockSealedFactor(tx, accountId);
  if (!factor) return 'same';
  try {
    if (factorKeyOf(factor.secret) === keyring.newestId) return 'same';
    const secret = sealFactorSecret(keyring, accountId, openFactorSecret(keyring, accountId, factor.secret));
    await saveSealedFactor(tx, accountId, secret);
    const deed = { actor: 'command', action: 'account.rotate', objectType: 'account', objectId: accountId };
    await recordAudit(tx, { ...deed, before: { secret: factor.secret }, after: { secret } });
    return 'changed';
  } catch (error) {
    if (error instanceof SecretOpenError) return { account: factor.username, reason: error.message };
    throw error;
  }
}
