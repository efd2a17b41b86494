import {
  type Account,
  accountForHash,
  createAccount,
  findAccount,
  setDisabled,
  setPassword,
} from '../access/accounts/account.store.js';
import { hashPassword, initialPasswordExpiry } from '../access/passwords/password-hash.js';
import type { Role } from '../access/accounts/principal.js';
import { deleteSecondFactor, secondFactorForHash } from '../access/second-factor/second-factor.store.js';
import { endSessionsOf } from '../access/sessions/session.store.js';
import { clearAccountFailures, clearCodeFailures } from '../access/sessions/sign-in-failure.store.js';
import { type Db, inTransaction, type Tx } from '../platform/db.js';
import { recordAudit } from '../audit/audit.store.js';

/** An account to create, with its password in clear. */
export interface NewAccount {
  readonly username: string;
  readonly role: Role;
  readonly password: string;
}

/**
 * Creates an account whose password must be changed at the first sign-in.
 * @returns its id
 * @throws Error when the name is taken
 */
export async function createAccountByCommand(db: Db, { username, role, password }: NewAccount): Promise<string> {
  const stored = await initialPassword(password);
  return inTransaction(db, async (tx) => {
    const id = await createAccount(tx, { username, role, ...stored, createdBy: 'command' });
    if (id === null) throw new Error(`There is already an account "${username}".`);
    const after = await accountForHash(tx, id);
    await record(tx, { action: 'account.create', objectId: id, detail: { username, role }, after });
    return id;
  });
}

/**
 * Sets a password, ends the account's sessions and lifts the delay after failed sign-ins.
 * @throws Error when there is no such account
 */
export async function changeAccountPassword(db: Db, username: string, password: string): Promise<Account> {
  const account = await accountOf(db, username);
  const { id } = account;
  const stored = await initialPassword(password);
  await inTransaction(db, async (tx) => {
    const before = await accountForHash(tx, id);
    await setPassword(tx, id, stored);
    await clearAccountFailures(tx, username);
    const sessions = await endSessionsOf(tx, id);
    const after = await accountForHash(tx, id);
    await record(tx, { action: 'account.password', objectId: id, detail: { sessions }, before, after });
  });
  return account;
}

/**
 * Removes the second factor and ends the account's sessions.
 * @throws Error when there is no such account, or it has no second factor
 */
export async function resetSecondFactor(db: Db, username: string): Promise<void> {
  const { id } = await accountOf(db, username);
  await inTransaction(db, async (tx) => {
    const before = await secondFactorForHash(tx, id);
    if (!(await deleteSecondFactor(tx, id))) throw new Error(`Account ${username} has no second factor.`);
    await clearCodeFailures(tx, id);
    const detail = { sessions: await endSessionsOf(tx, id) };
    const after = await secondFactorForHash(tx, id);
    await record(tx, { action: 'account.second-factor-reset', objectId: id, detail, before, after });
  });
}

/**
 * Disables an account, which ends its sessions, or enables it.
 * @throws Error when there is no such account
 */
export async function switchAccount(db: Db, username: string, what: 'disable' | 'enable'): Promise<void> {
  const { id } = await accountOf(db, username);
  await inTransaction(db, async (tx) => {
    const before = await accountForHash(tx, id);
    await setDisabled(tx, id, what === 'disable');
    const sessions = what === 'disable' ? await endSessionsOf(tx, id) : 0;
    const after = await accountForHash(tx, id);
    await record(tx, { action: `account.${what}`, objectId: id, detail: { sessions }, before, after });
  });
}

async function accountOf(db: Db, username: string): Promise<Account> {
  const account = await findAccount(db.prisma, username);
  if (!account) throw new Error(`There is no account "${username}".`);
  return account;
}

async function initialPassword(password: string) {
  return { passwordHash: await hashPassword(password), passwordExpiresAt: initialPasswordExpiry() };
}

interface Entry {
  readonly action: string;
  readonly objectId: string;
  readonly detail: Record<string, string | number>;
  readonly before?: object;
  readonly after: object;
}

function record(tx: Tx, entry: Entry) {
  return recordAudit(tx, { ...entry, actor: 'command', objectType: 'account' });
}
