import type { Tx } from '../../platform/db.js';

/** The authenticator app of an account. */
export interface SecondFactor {
  /** Sealed. */
  readonly secret: string;
  readonly createdAt: Date;
}

/** A second factor to be in force, and what stands in for it. */
export interface NewSecondFactor {
  readonly accountId: string;
  /** Sealed. */
  readonly secret: string;
  /** The step of the code that proved it. */
  readonly lastStep: number;
  readonly recoveryHashes: readonly Uint8Array<ArrayBuffer>[];
}

/** The second factor of an account; null = it has none. */
export async function findSecondFactor(tx: Tx, accountId: string): Promise<SecondFactor | null> {
  return tx.secondFactor.findUnique({ where: { accountId }, select: { secret: true, createdAt: true } });
}

/** How many recovery codes an account has left. */
export async function countRecoveryCodes(tx: Tx, accountId: string): Promise<number> {
  return tx.recoveryCode.count({ where: { accountId } });
}

/** Uses a step up: its code and earlier ones count no more. @returns whether it was not used up before. */
export async function takeStep(tx: Tx, accountId: string, step: number): Promise<boolean> {
  const where = { accountId, lastStep: { lt: step } };
  return (await tx.secondFactor.updateMany({ where, data: { lastStep: step } })).count === 1;
}

/** Uses a recovery code up. @returns whether it was there. */
export async function takeRecoveryCode(tx: Tx, accountId: string, codeHash: Uint8Array<ArrayBuffer>): Promise<boolean> {
  return (await tx.recoveryCode.deleteMany({ where: { accountId, codeHash } })).count === 1;
}

/**
 * Puts a second factor in force, with its recovery codes, in the place of `former`.
 * @returns false when the account has another one than `former` by now.
 */
export async function saveSecondFactor(
  tx: Tx,
  { recoveryHashes, ...factor }: NewSecondFactor,
  former: SecondFactor | null,
): Promise<boolean> {
  const { accountId } = factor;
  const { count } = former
    ? await tx.secondFactor.updateMany({
        where: { accountId, createdAt: former.createdAt },
        data: { ...factor, createdAt: new Date() },
      })
    : await tx.secondFactor.createMany({ data: [factor], skipDuplicates: true });
  if (count !== 1) return false;
  await saveRecoveryCodes(tx, accountId, recoveryHashes);
  return true;
}

/** Gives an account new recovery codes; the former ones are worth nothing any more. */
export async function saveRecoveryCodes(
  tx: Tx,
  accountId: string,
  hashes: readonly Uint8Array<ArrayBuffer>[],
): Promise<void> {
  await tx.recoveryCode.deleteMany({ where: { accountId } });
  await tx.recoveryCode.createMany({ data: hashes.map((codeHash) => ({ accountId, codeHash })) });
}

/** Takes an account's second factor and recovery codes away. @returns whether it had one. */
export async function deleteSecondFactor(tx: Tx, accountId: string): Promise<boolean> {
  await tx.recoveryCode.deleteMany({ where: { accountId } });
  return (await tx.secondFactor.deleteMany({ where: { accountId } })).count === 1;
}

/** An account's second factor as the audit log hashes it before and after a deed. */
export async function secondFactorForHash(tx: Tx, accountId: string): Promise<object> {
  const factor = await findSecondFactor(tx, accountId);
  return { accountId, secret: factor?.secret ?? null, recoveryCodes: await countRecoveryCodes(tx, accountId) };
}
