import type { Tx } from '../../platform/db.js';

/** Begins a part of the transaction that can be undone alone. Parts do not overlap, so one name is sufficient. */
export async function setSavepoint(tx: Tx): Promise<void> {
  await tx.$executeRaw`SAVEPOINT part`;
}

/** Keeps the part. */
export async function releaseSavepoint(tx: Tx): Promise<void> {
  await tx.$executeRaw`RELEASE SAVEPOINT part`;
}

/** Undoes the part, and with it the state in which a refused statement leaves the transaction. */
export async function rollBackToSavepoint(tx: Tx): Promise<void> {
  await tx.$executeRaw`ROLLBACK TO SAVEPOINT part`;
  await tx.$executeRaw`RELEASE SAVEPOINT part`;
}
