import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readDatabaseUrl } from '../config.js';
import { type Db, openDb } from '../platform/db.js';
import { InvalidArgumentError, Option } from 'commander';
import { ROLES, USERNAME } from '../access/accounts/principal.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment of a command: that of the process, or, where it names no database, with that of the quickstart.
 *
 * @returns the variables; `DATABASE_URL` is missing where there is no quickstart either
 */
export function readEnvironment(env: Environment = process.env): Environment {
  if (env['DATABASE_URL']) return env;
  const folder = resolve(env['ROLLCALL_FOLDER'] ?? '.rollcall');
  const databaseUrl = readKept(join(folder, 'database-url'));
  if (databaseUrl === null) return env;
  const secretKeys = readKept(join(folder, 'secret-keys'));
  return { ...env, DATABASE_URL: databaseUrl, ...(secretKeys !== null && { SECRET_KEYS: secretKeys }) };
}

/**
 * Runs a command on the database, over one connection.
 * @throws Error when no database is named
 */
export async function withDatabase<T>(command: string, run: (db: Db) => Promise<T>): Promise<T> {
  const db = openDb({
    url: readDatabaseUrl(readEnvironment()),
    maxConnections: 1,
    applicationName: `rollcall-${command}`,
  });
  try {
    return await run(db);
  } finally {
    await db.close();
  }
}

function readKept(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim() || null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** `--json`, of every command that prints something. */
export const jsonOption = () => new Option('--json', 'print JSON').default(false);

/** `--role`, required. */
export const roleOption = () => new Option('--role <role>', 'what it may do').choices(ROLES).makeOptionMandatory();

/** `--username`, required. */
export const usernameOption = () =>
  new Option('--username <name>', 'name of the account').argParser(readUsername).makeOptionMandatory();

function readUsername(text: string): string {
  if (USERNAME.test(text)) return text;
  throw new InvalidArgumentError('It must have letters, digits, and . _ @ + - between them, at most 100.');
}

/** A time to come, ISO 8601. */
export function readFutureTime(text: string): Date {
  const at = new Date(text);
  if (!Number.isNaN(at.getTime()) && at.getTime() > Date.now()) return at;
  throw new InvalidArgumentError('It must be a time in the future, such as 2030-01-31T12:00:00Z.');
}

/** Prints a result to standard output: as one line of JSON, or as the lines for people. */
export function print(json: boolean, value: unknown, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(value)}\n` : text);
}
