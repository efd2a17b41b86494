import { factorKeyOf, openFactorSecret, sealFactorSecret } from '../../access/second-factor/second-factor-secret.js';
import { type Db, inTransaction, type Tx } from '../../platform/db.js';
import { type Keyring, SecretOpenError } from '../sealing/keyring.js';
import { recordAudit } from '../../audit/audit.store.js';

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

/** The sealed secret of an account's second factor. */
interface SealedFactor {
  readonly accountId: string;
  readonly username: string;
  readonly secret: string;
}

/** The accounts that have a second factor, in order: there are few. */
async function listFactorAccounts(tx: Tx): Promise<readonly string[]> {
  const rows = await tx.secondFactor.findMany({ orderBy: { accountId: 'asc' }, select: { accountId: true } });
  return rows.map(({ accountId }) => accountId);
}

/** Every sealed secret, for counting keys. */
export async function listSealedSecrets(tx: Tx): Promise<readonly string[]> {
  return (await tx.secondFactor.findMany({ select: { secret: true } })).map(({ secret }) => secret);
}

/** Reads a second factor and keeps others from changing it until the transaction ends. Null = it is gone. */
async function lockSealedFactor(tx: Tx, accountId: string): Promise<SealedFactor | null> {
  const rows = await tx.$queryRaw<SealedFactor[]>`
    SELECT f.account_id AS "accountId", a.username, f.secret
    FROM second_factors f JOIN accounts a ON a.id = f.account_id
    WHERE f.account_id = ${accountId}::uuid
    FOR NO KEY UPDATE OF f`;
  return rows[0] ?? null;
}

/** Saves a secret that was sealed again; the secret itself did not change. */
async function saveSealedFactor(tx: Tx, accountId: string, secret: string): Promise<void> {
  await tx.secondFactor.update({ where: { accountId }, data: { secret } });
}
