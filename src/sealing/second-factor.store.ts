import type { Tx } from '../platform/db.js';

/** The sealed secret of an account's second factor. */
export interface SealedFactor {
  readonly accountId: string;
  readonly username: string;
  readonly secret: string;
}

/** The accounts that have a second factor, in order: there are few. */
export async function listFactorAccounts(tx: Tx): Promise<readonly string[]> {
  const rows = await tx.secondFactor.findMany({ orderBy: { accountId: 'asc' }, select: { accountId: true } });
  return rows.map(({ accountId }) => accountId);
}

/** Every sealed secret, for counting keys. */
export async function listSealedSecrets(tx: Tx): Promise<readonly string[]> {
  return (await tx.secondFactor.findMany({ select: { secret: true } })).map(({ secret }) => secret);
}

/** Reads a second factor and keeps others from changing it until the transaction ends. Null = it is gone. */
export async function lockSealedFactor(tx: Tx, accountId: string): Promise<SealedFactor | null> {
  const rows = await tx.$queryRaw<SealedFactor[]>`
    SELECT f.account_id AS "accountId", a.username, f.secret
    FROM second_factors f JOIN accounts a ON a.id = f.account_id
    WHERE f.account_id = ${accountId}::uuid
    FOR NO KEY UPDATE OF f`;
  return rows[0] ?? null;
}

/** Saves a secret that was sealed anew: it did not change for anybody. */
export async function saveSealedFactor(tx: Tx, accountId: string, secret: string): Promise<void> {
  await tx.secondFactor.update({ where: { accountId }, data: { secret } });
}
