import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { readDatabaseUrl, readPasswordSettings } from './config.js';
import {
  type Account,
  accountForHash,
  createAccount,
  findAccount,
  listAccounts,
  setDisabled,
  setPassword,
} from './http/auth/account.store.js';
import { checkNewPassword } from './http/auth/check-new-password.js';
import { openPasswordRules } from './http/auth/open-password-rules.js';
import { hashPassword } from './http/auth/password-hash.js';
import { type Role, ROLES } from './http/auth/principal.js';
import { endSessionsOf } from './http/auth/session.store.js';
import { forgiveAccount } from './http/auth/sign-in-failure.store.js';
import { USERNAME } from './http/auth/username-key.js';
import { type Db, inTransaction, openDb, type Tx } from './platform/db.js';
import { readPassword } from './read-password.js';
import { recordAudit } from './tasks/audit.store.js';

const USAGE = `Accounts of people, by hand.

  npm run admin -- create --username <name> --role viewer|operator|admin [--generate] [--json]
  npm run admin -- set-password --username <name> [--generate] [--json]
  npm run admin -- disable --username <name>      ends the sessions too
  npm run admin -- enable --username <name>
  npm run admin -- list [--json]

The password is asked for, or read from standard input as one line; --generate makes one and prints it this once.
DATABASE_URL names the database.
`;

const OPTIONS = {
  username: { type: 'string' },
  role: { type: 'string' },
  generate: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

type Options = ReturnType<typeof readArguments>['values'];

/** A mistake of the person at the keyboard. */
class UsageError extends Error {}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof UsageError) process.stderr.write(`\n${USAGE}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  if (values.help) return void process.stdout.write(USAGE);
  const db = openDb({ url: readDatabaseUrl(), maxConnections: 1, applicationName: 'rollcall-admin' });
  try {
    process.stdout.write(await run(db, positionals, values));
  } finally {
    await db.close();
  }
}

function readArguments() {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function run(db: Db, [command, ...rest]: readonly string[], options: Options): Promise<string> {
  if (rest.length > 0) throw new UsageError(`Too much: ${rest.join(' ')}. A password is never an argument.`);
  if (command === 'create') return create(db, options);
  if (command === 'list') return list(db, options);
  if (command === 'set-password') return changePassword(db, options);
  if (command === 'disable' || command === 'enable') return shut(db, options, command);
  throw new UsageError(command === undefined ? 'Say what to do.' : `No such command: ${command}.`);
}

async function create(db: Db, options: Options): Promise<string> {
  const username = usernameOf(options);
  const role = roleOf(options);
  const password = await passwordFor(username, options);
  const passwordHash = await hashPassword(password);
  const id = await inTransaction(db, async (tx) => {
    const made = await createAccount(tx, { username, role, passwordHash, createdBy: 'command' });
    if (made === null) throw new Error(`There is an account "${username}" already.`);
    const after = await accountForHash(tx, made);
    await record(tx, { action: 'account.create', objectId: made, detail: { username, role }, after });
    return made;
  });
  return told({ id, username, role }, password, options);
}

async function changePassword(db: Db, options: Options): Promise<string> {
  const account = await accountOf(db, options);
  const { id, username, role } = account;
  const password = await passwordFor(username, options);
  const passwordHash = await hashPassword(password);
  await inTransaction(db, async (tx) => {
    const before = await accountForHash(tx, id);
    await setPassword(tx, id, passwordHash);
    await forgiveAccount(tx, username);
    const sessions = await endSessionsOf(tx, id);
    const after = await accountForHash(tx, id);
    await record(tx, { action: 'account.password', objectId: id, detail: { sessions }, before, after });
  });
  return told({ id, username, role }, password, options);
}

async function shut(db: Db, options: Options, command: 'disable' | 'enable'): Promise<string> {
  const { id, username } = await accountOf(db, options);
  await inTransaction(db, async (tx) => {
    const before = await accountForHash(tx, id);
    await setDisabled(tx, id, command === 'disable');
    const sessions = command === 'disable' ? await endSessionsOf(tx, id) : 0;
    const after = await accountForHash(tx, id);
    await record(tx, { action: `account.${command}`, objectId: id, detail: { sessions }, before, after });
  });
  return `Account ${username} is ${command}d.\n`;
}

async function list(db: Db, { json }: Options): Promise<string> {
  const accounts = await listAccounts(db.prisma);
  if (json) return `${JSON.stringify(accounts.map(shown))}\n`;
  return accounts
    .map((one) => `${one.id}  ${stateOf(one).padEnd(8)}  ${one.role.padEnd(8)}  ${one.username}\n`)
    .join('');
}

function shown({ id, username, role, oidcIssuer, createdAt, passwordSetAt, lastSignInAt, disabledAt }: Account) {
  return { id, username, role, oidcIssuer, createdAt, passwordSetAt, lastSignInAt, disabledAt };
}

function stateOf({ disabledAt, oidcIssuer }: Account): string {
  if (disabledAt !== null) return 'shut';
  return oidcIssuer === null ? 'password' : 'oidc';
}

function usernameOf({ username }: Options): string {
  if (username !== undefined && USERNAME.test(username)) return username;
  throw new UsageError('An account wants a --username: letters, digits, and . _ @ + - between them, at most 100.');
}

function roleOf({ role }: Options): Role {
  if (ROLES.includes(role as Role)) return role as Role;
  throw new UsageError(`An account wants a --role: ${ROLES.join(', ')}.`);
}

async function accountOf(db: Db, options: Options): Promise<Account> {
  const username = usernameOf(options);
  const account = await findAccount(db.prisma, username);
  if (!account) throw new Error(`There is no account "${username}".`);
  return account;
}

async function passwordFor(username: string, { generate }: Options): Promise<string> {
  // 144 random bits are in nobody's list.
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

function told(account: { id: string; username: string; role: Role }, password: string, options: Options): string {
  const { generate, json } = options;
  if (json) return `${JSON.stringify({ ...account, ...(generate ? { password } : {}) })}\n`;
  const note = generate ? ` Keep its password: it is shown this once.\n\n  ${password}\n` : '\n';
  return `Account ${account.username} (${account.role}) is set.${note}`;
}

interface Deed {
  readonly action: string;
  readonly objectId: string;
  readonly detail: Record<string, string | number>;
  readonly before?: object;
  readonly after: object;
}

function record(tx: Tx, deed: Deed) {
  return recordAudit(tx, { ...deed, actor: 'command', objectType: 'account' });
}
