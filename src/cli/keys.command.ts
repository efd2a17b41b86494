import { Command } from 'commander';
import { validate as isUuid } from 'uuid';
import { RequestError } from '../domain/errors.js';
import { type ApiKey, createApiKey, findSourceId, listApiKeys, revokeApiKey } from '../access/keys/api-key.store.js';
import type { Role } from '../access/accounts/principal.js';
import { type Db, inTransaction, type Tx } from '../platform/db.js';
import { recordAudit } from '../audit/audit.store.js';
import { jsonOption, print, readFutureTime, roleOption, withDatabase } from './environment.js';

interface CreateOptions {
  readonly name: string;
  readonly role: Role;
  readonly source?: string;
  readonly pushOnly: boolean;
  readonly expires?: Date;
  readonly json: boolean;
}

interface JsonOption {
  readonly json: boolean;
}

/** `rollcall keys`: manages API keys. */
export function keysCommand(): Command {
  const keys = new Command('keys').description('Manages API keys.');
  keys
    .command('create')
    .description('Creates a key and prints its text. The text is not stored and cannot be shown again.')
    .addOption(roleOption())
    .requiredOption('--name <name>', 'what the key is for')
    .option('--source <source>', 'limit the key to this source')
    .option('--push-only', 'limit the key to pushes; the role must be operator or admin', false)
    .option('--expires <time>', 'when the key expires, ISO 8601', readFutureTime)
    .addOption(jsonOption())
    .action(create);
  keys.command('list').description('Lists all keys.').addOption(jsonOption()).action(list);
  keys.command('revoke').description('Revokes a key within a second.').argument('<id>').action(revoke);
  return keys;
}

async function create(options: CreateOptions, command: Command): Promise<void> {
  const { name, role, pushOnly, json } = options;
  if (pushOnly && role === 'viewer') command.error('error: a key with --push-only needs the role operator or admin');
  const { key, text } = await withDatabase('keys', (db) => inTransaction(db, (tx) => createIn(tx, options)));
  const shown = `Created key ${key.id} (${name}, ${role}). Keep its text, it is shown only now:\n\n  ${text}\n`;
  print(json, { id: key.id, key: text, role }, shown);
}

async function createIn(tx: Tx, { name, role, pushOnly, ...given }: CreateOptions) {
  const source = given.source ?? null;
  const expiresAt = given.expires ?? null;
  const sourceId = source === null ? null : await findSourceId(tx, source);
  if (source !== null && sourceId === null)
    throw new RequestError(404, 'source_not_found', `There is no source "${source}".`);
  const made = await createApiKey(tx, { name, role, sourceId, pushOnly, expiresAt, createdBy: 'command' });
  const detail = { name, role, source, pushOnly };
  await recordAudit(tx, { actor: 'command', action: 'key.create', objectType: 'key', objectId: made.key.id, detail });
  return made;
}

async function list({ json }: JsonOption): Promise<void> {
  const keys = await withDatabase('keys', readAll);
  const line = (key: ApiKey) => `${key.id}  ${stateOf(key).padEnd(8)}  ${key.role.padEnd(8)}  ${key.name}\n`;
  print(json, keys.map(shown), keys.map(line).join(''));
}

async function readAll(db: Db): Promise<ApiKey[]> {
  const keys: ApiKey[] = [];
  for (let before: string | null = null; ; before = keys.at(-1)?.id ?? null) {
    const page: readonly ApiKey[] = await listApiKeys(db.prisma, { before, limit: 200 });
    keys.push(...page);
    if (page.length < 200) return keys;
  }
}

function shown({ secretHash: _hash, sourceId: _id, ...key }: ApiKey) {
  return key;
}

function stateOf({ revokedAt, expiresAt }: ApiKey): string {
  if (revokedAt) return 'revoked';
  return expiresAt && expiresAt.getTime() <= Date.now() ? 'expired' : 'active';
}

async function revoke(id: string): Promise<void> {
  await withDatabase('keys', (db) =>
    inTransaction(db, async (tx) => {
      if (!isUuid(id) || !(await revokeApiKey(tx, id)))
        throw new RequestError(404, 'key_not_found', `There is no key ${id}.`);
      await recordAudit(tx, { actor: 'command', action: 'key.revoke', objectType: 'key', objectId: id });
    }),
  );
  process.stdout.write(`Revoked key ${id}.\n`);
}
