import { v7 as uuidv7 } from 'uuid';
import type { Tx } from '../../platform/db.js';
import { type Role, usernameKeyOf } from './principal.js';

/** A person who may sign in. */
export interface Account {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
  /** null = by OpenID Connect only. */
  readonly passwordHash: string | null;
  readonly oidcIssuer: string | null;
  readonly createdBy: string | null;
  readonly createdAt: Date;
  readonly passwordSetAt: Date | null;
  /**
   * Set when another person set the password: it must be changed before this time, then it expires; null = the user's
   * own.
   */
  readonly passwordExpiresAt: Date | null;
  readonly lastSignInAt: Date | null;
  readonly disabledAt: Date | null;
}

/** An account to make, with a password. */
export interface NewAccount {
  readonly username: string;
  readonly role: Role;
  readonly passwordHash: string;
  /** For a password that its owner did not choose. */
  readonly passwordExpiresAt?: Date;
  readonly createdBy: string;
}

/** Makes an account; null when the name is taken. */
export async function createAccount(tx: Tx, given: NewAccount): Promise<string | null> {
  const data = { ...given, id: uuidv7(), usernameKey: usernameKeyOf(given.username), passwordSetAt: new Date() };
  const { count } = await tx.account.createMany({ data: [data], skipDuplicates: true });
  return count === 1 ? data.id : null;
}

/** Finds an account by its name, whatever its state. */
export async function findAccount(tx: Tx, username: string): Promise<Account | null> {
  return (await tx.account.findUnique({ where: { usernameKey: usernameKeyOf(username) } })) as Account | null;
}

/** Every account, in order of their making: there are few. */
export async function listAccounts(tx: Tx): Promise<readonly Account[]> {
  // The role column is ours: only this file writes it.
  return (await tx.account.findMany({ orderBy: { id: 'asc' } })) as Account[];
}

/** A password in its stored form; it expires when its owner did not choose it. */
export interface StoredPassword {
  readonly passwordHash: string;
  readonly passwordExpiresAt: Date | null;
}

/** Gives an account a new password. */
export async function setPassword(tx: Tx, id: string, password: StoredPassword): Promise<void> {
  await tx.account.update({ where: { id }, data: { ...password, passwordSetAt: new Date() } });
}

/** An account as the audit log hashes it before and after a deed: everything but the password's hash. */
export async function accountForHash(tx: Tx, id: string): Promise<object> {
  return tx.account.findUniqueOrThrow({ where: { id }, omit: { passwordHash: true, lastSignInAt: true } });
}

/** Shuts an account, or opens it again. */
export async function setDisabled(tx: Tx, id: string, disabled: boolean): Promise<void> {
  await tx.account.update({ where: { id }, data: { disabledAt: disabled ? new Date() : null } });
}

/** Stores the time of a sign-in. */
export async function noteSignIn(tx: Tx, id: string): Promise<void> {
  await tx.account.update({ where: { id }, data: { lastSignInAt: new Date() } });
}

/** A person as the identity provider names them. */
export interface OidcPerson {
  readonly issuer: string;
  readonly subject: string;
  readonly username: string;
  readonly role: Role;
}

/**
 * The account of a person of an identity provider, made at the first sign-in, with the role that the
 * provider says now. Known by issuer and subject, never by a name: a name must not take a password account over.
 */
export async function accountOfPerson(tx: Tx, person: OidcPerson): Promise<{ id: string; disabledAt: Date | null }> {
  const { issuer: oidcIssuer, subject: oidcSubject, username, role } = person;
  return tx.account.upsert({
    where: { oidcIssuer_oidcSubject: { oidcIssuer, oidcSubject } },
    // A colon stands in no name of a password account, so that the two never meet.
    create: {
      ...{ id: uuidv7(), username, usernameKey: `oidc:${oidcIssuer}:${oidcSubject}`, role, createdBy: 'oidc' },
      ...{ oidcIssuer, oidcSubject },
    },
    update: { username, role },
    select: { id: true, disabledAt: true },
  });
}
