import { parseArgs } from 'node:util';
import { validate as isUuid } from 'uuid';
import { readDatabaseUrl } from './config.js';
import { RequestError } from './domain/errors.js';
import { type ApiKey, createApiKey, listApiKeys, revokeApiKey } from './http/auth/api-key.store.js';
import { type Role, ROLES } from './http/auth/principal.js';
import { findSource } from './http/routes/sources/source.store.js';
import { type Db, inTransaction, openDb } from './platform/db.js';
import { recordAudit } from './tasks/audit.store.js';

const USAGE = `API keys, by hand.

  npm run keys -- create --role viewer|operator|admin --name <name> [--source <source>] [--push-only]
                         [--expires <ISO 8601>] [--json]
  npm run keys -- list [--json]
  npm run keys -- revoke <id>

DATABASE_URL names the database. The text of a new key is shown this once.
`;

const OPTIONS = {
  role: { type: 'string' },
  name: { type: 'string' },
  source: { type: 'string' },
  'push-only': { type: 'boolean', default: false },
  expires: { type: 'string' },
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
  const db = openDb({ url: readDatabaseUrl(), maxConnections: 1, applicationName: 'rollcall-keys' });
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

async function run(db: Db, [command, id, ...rest]: readonly string[], options: Options): Promise<string> {
  if (command === 'create' && id === undefined) return create(db, options);
  if (command === 'list' && id === undefined) return list(db, options);
  if (command === 'revoke' && id !== undefined && rest.length === 0) return revoke(db, id);
  throw new UsageError(command === undefined ? 'Say what to do.' : `No such command: ${command}.`);
}

async function create(db: Db, options: Options): Promise<string> {
  const { name, source = null, 'push-only': pushOnly } = options;
  const role = roleOf(options);
  if (!name) throw new UsageError('A key wants a --name.');
  if (pushOnly && role === 'viewer') throw new UsageError('A key for pushing wants the role operator.');
  const { key, text } = await inTransaction(db, async (tx) => {
    const narrowedTo = source === null ? null : await findSource(tx, source);
    if (source !== null && !narrowedTo)
      throw new RequestError(404, 'source_not_found', `There is no source "${source}".`);
    const sourceId = narrowedTo?.id ?? null;
    const given = { name, role, sourceId, pushOnly, expiresAt: expiryOf(options), createdBy: 'command' };
    const made = await createApiKey(tx, given);
    const detail = { name, role, source, pushOnly };
    await recordAudit(tx, { actor: 'command', action: 'key.create', objectType: 'key', objectId: made.key.id, detail });
    return made;
  });
  if (options.json) return `${JSON.stringify({ id: key.id, key: text, role })}\n`;
  return `Key ${key.id} (${role}) is made. Keep its text: it is shown this once.\n\n  ${text}\n`;
}

function roleOf({ role }: Options): Role {
  if (ROLES.includes(role as Role)) return role as Role;
  throw new UsageError(`A key wants a --role: ${ROLES.join(', ')}.`);
}

function expiryOf({ expires }: Options): Date | null {
  if (expires === undefined) return null;
  const at = new Date(expires);
  if (Number.isNaN(at.getTime()) || at.getTime() <= Date.now()) throw new UsageError('--expires wants a time to come.');
  return at;
}

async function list(db: Db, { json }: Options): Promise<string> {
  const keys: ApiKey[] = [];
  for (let before: string | null = null; ; before = keys.at(-1)?.id ?? null) {
    const page: readonly ApiKey[] = await listApiKeys(db.prisma, { before, limit: 200 });
    keys.push(...page);
    if (page.length < 200) break;
  }
  if (json) return `${JSON.stringify(keys.map(shown))}\n`;
  return keys.map((key) => `${key.id}  ${stateOf(key).padEnd(8)}  ${key.role.padEnd(8)}  ${key.name}\n`).join('');
}

function shown({ secretHash: _hash, sourceId: _id, ...key }: ApiKey) {
  return key;
}

function stateOf({ revokedAt, expiresAt }: ApiKey): string {
  if (revokedAt) return 'revoked';
  return expiresAt && expiresAt.getTime() <= Date.now() ? 'expired' : 'in force';
}

async function revoke(db: Db, id: string): Promise<string> {
  await inTransaction(db, async (tx) => {
    if (!isUuid(id) || !(await revokeApiKey(tx, id)))
      throw new RequestError(404, 'key_not_found', `There is no key ${id}.`);
    await recordAudit(tx, { actor: 'command', action: 'key.revoke', objectType: 'key', objectId: id });
  });
  return `Key ${id} is revoked.\n`;
}
