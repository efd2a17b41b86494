import { Command, Option } from 'commander';
import { type Account, listAccounts } from '../access/accounts/account.store.js';
import type { Role } from '../access/accounts/principal.js';
import { changeAccountPassword, createAccountByCommand, resetSecondFactor, switchAccount } from './accounts.js';
import { jsonOption, print, roleOption, usernameOption, withDatabase } from './environment.js';
import { randomBytes } from 'node:crypto';
import { readPasswordSettings } from '../config.js';
import { checkNewPassword, openPasswordRules } from '../access/passwords/password-rules.js';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

interface AccountOptions {
  readonly username: string;
}

interface PasswordOptions extends AccountOptions {
  readonly generate: boolean;
  readonly json: boolean;
}

const generateOption = () =>
  new Option('--generate', 'generate the password and print it; otherwise it is read from standard input').default(
    false,
  );

/** `rollcall admin`: manages the accounts of people. */
export function adminCommand(): Command {
  const admin = new Command('admin')
    .description('Manages accounts of people.')
    .addHelpText('after', '\nA password that is set here must be changed at the first sign-in, within seven days.');
  admin
    .command('create')
    .description('Creates an account.')
    .addOption(usernameOption())
    .addOption(roleOption())
    .addOption(generateOption())
    .addOption(jsonOption())
    .action(create);
  admin
    .command('set-password')
    .description('Sets a new password and ends the sessions of the account.')
    .addOption(usernameOption())
    .addOption(generateOption())
    .addOption(jsonOption())
    .action(setPassword);
  simple(admin, 'reset-second-factor', 'Removes the second factor, for a lost app and lost recovery codes.', reset);
  simple(admin, 'disable', 'Disables an account and ends its sessions.', (one) => turn('disable', one));
  simple(admin, 'enable', 'Enables a disabled account.', (one) => turn('enable', one));
  admin.command('list').description('Lists all accounts.').addOption(jsonOption()).action(list);
  return admin;
}

function simple(admin: Command, name: string, description: string, action: (options: AccountOptions) => Promise<void>) {
  admin.command(name).description(description).addOption(usernameOption()).action(action);
}

async function create(options: PasswordOptions & { readonly role: Role }): Promise<void> {
  const { username, role } = options;
  const password = await choosePassword(options);
  const id = await withDatabase('admin', (db) => createAccountByCommand(db, { username, role, password }));
  printPassword(options, { id, username, role }, password);
}

async function setPassword(options: PasswordOptions): Promise<void> {
  const { username } = options;
  const password = await choosePassword(options);
  const { id, role } = await withDatabase('admin', (db) => changeAccountPassword(db, username, password));
  printPassword(options, { id, username, role }, password);
}

function printPassword(
  { generate, json }: PasswordOptions,
  account: { readonly id: string; readonly username: string; readonly role: Role },
  password: string,
): void {
  const shown = generate ? `\nThe password is shown only now:\n\n  ${password}\n` : '\n';
  const text = `Account ${account.username} (${account.role}): the password is set. It must be changed at the first sign-in, within seven days.${shown}`;
  print(json, { ...account, ...(generate && { password }) }, text);
}

async function reset({ username }: AccountOptions): Promise<void> {
  await withDatabase('admin', (db) => resetSecondFactor(db, username));
  process.stdout.write(
    `Account ${username}: the second factor is removed. If one is required, the next sign-in asks for a new one.\n`,
  );
}

async function turn(what: 'disable' | 'enable', { username }: AccountOptions): Promise<void> {
  await withDatabase('admin', (db) => switchAccount(db, username, what));
  process.stdout.write(`Account ${username} is ${what}d.\n`);
}

async function list({ json }: { readonly json: boolean }): Promise<void> {
  const accounts = await withDatabase('admin', (db) => listAccounts(db.prisma));
  const line = (one: Account) => `${one.id}  ${stateOf(one).padEnd(8)}  ${one.role.padEnd(8)}  ${one.username}\n`;
  print(json, accounts.map(shownAccount), accounts.map(line).join(''));
}

function shownAccount({ id, username, role, oidcIssuer, createdAt, passwordSetAt, lastSignInAt, disabledAt }: Account) {
  return { id, username, role, oidcIssuer, createdAt, passwordSetAt, lastSignInAt, disabledAt };
}

function stateOf({ disabledAt, oidcIssuer }: Account): string {
  if (disabledAt !== null) return 'disabled';
  return oidcIssuer === null ? 'password' : 'oidc';
}

/**
 * A new password: generated, or read from the terminal or standard input and checked.
 * @throws Error saying what is wrong with it
 */
async function choosePassword(options: { readonly username: string; readonly generate: boolean }): Promise<string> {
  const { username, generate } = options;
  // 144 random bits.
  if (generate) return randomBytes(18).toString('base64url');
  const rules = await openPasswordRules(readPasswordSettings(), { warn });
  const password = await readPassword(`Password for ${username}: `);
  const fault = await checkNewPassword(rules, { password, username });
  if (fault !== null) throw new Error(fault);
  return password;
}

function warn(message: string, fields: Readonly<Record<string, unknown>>): void {
  process.stderr.write(`Note: ${message}: ${String(fields['cause'])}\n`);
}

/**
 * Reads a password: at a terminal after `prompt` and without showing it, else the first line of standard input.
 * @throws Error when there is none.
 */
async function readPassword(prompt: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, next) => next() });
  const terminal = process.stdin.isTTY;
  const lines = createInterface({ input: process.stdin, output: silent, terminal });
  if (terminal) process.stderr.write(prompt);
  try {
    for await (const line of lines) return line;
  } finally {
    lines.close();
    if (terminal) process.stderr.write('\n');
  }
  throw new Error('No password on standard input.');
}
