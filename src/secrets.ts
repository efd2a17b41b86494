import { parseArgs } from 'node:util';
import { register } from './compose.js';
import { type Config, readConfig } from './config.js';
import { type Db, openDb } from './platform/db.js';
import { createKeyring } from './platform/keyring.js';
import { countKeysInUse, type KeysInUse } from './sealing/keys-in-use.store.js';
import { rotateKeys, type RotateCounts } from './sealing/rotate-keys.js';
import { createConfigSecrets } from './sources/config-secrets.js';
import { createReferenceReader } from './sources/reference-reader.js';
import type { SourceRegistry } from './sources/source-registry.js';

const USAGE = `The keys that seal the secrets of sources.

  npm run secrets -- status [--json]
  npm run secrets -- rotate [--new-data-keys] [--json]

status counts the sources that need each key of SECRET_KEYS. rotate brings every source to the first of them, while API
and workers run; it may be stopped and run again. With --new-data-keys each source also gets a new key of its own, and
its secrets are sealed anew. Both need the environment of a worker. Ends with 1 while an older key is still needed.
`;

const OPTIONS = {
  'new-data-keys': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

interface Asked {
  readonly command: 'status' | 'rotate';
  readonly newDataKey: boolean;
  readonly json: boolean;
}

try {
  await main(readArguments());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}

function readArguments(): Asked {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  const [command, ...rest] = positionals;
  if ((command !== 'status' && command !== 'rotate') || rest.length > 0) throw new Error(USAGE);
  return { command, newDataKey: values['new-data-keys'], json: values.json };
}

async function main(asked: Asked): Promise<void> {
  const config = readConfig();
  const db = openDb({ url: config.databaseUrl, maxConnections: 2, applicationName: 'rollcall-secrets' });
  try {
    const { sources } = await register(config, db);
    const rotated = asked.command === 'rotate' ? await rotate({ config, db, sources }, asked) : null;
    tell(asked, { config, rotated, inUse: await countKeysInUse(db.prisma, sources) });
  } finally {
    await db.close();
  }
}

function rotate(deps: { config: Config; db: Db; sources: SourceRegistry }, { newDataKey, json }: Asked) {
  const { config, ...rest } = deps;
  const configSecrets = createConfigSecrets(
    createKeyring(config.sealingKeys),
    createReferenceReader(config.references),
  );
  const onSource = ({ seen, changed }: RotateCounts) => {
    if (!json && seen % 10 === 0) process.stdout.write(`${seen} sources looked at, ${changed} changed …\n`);
  };
  return rotateKeys({ ...rest, configSecrets }, { newDataKey, onSource });
}

function tell({ json }: Asked, found: { config: Config; rotated: RotateCounts | null; inUse: KeysInUse }): void {
  const { config, rotated, inUse } = found;
  const [newest] = config.sealingKeys;
  const left = [...inUse].filter(([id]) => id !== newest?.id);
  if (left.length > 0 || (rotated && rotated.failed.length > 0)) process.exitCode = 1;
  if (json) {
    const keys = Object.fromEntries(inUse);
    return void process.stdout.write(`${JSON.stringify({ newest: newest?.id, keys, ...rotated })}\n`);
  }
  if (rotated) process.stdout.write(`${rotated.seen} sources looked at, ${rotated.changed} changed.\n`);
  for (const { source, reason } of rotated?.failed ?? []) process.stdout.write(`  ${source}: ${reason}\n`);
  for (const [id, count] of inUse) process.stdout.write(`Key "${id}" is needed for ${count} sources.\n`);
  process.stdout.write(
    left.length === 0
      ? `No key but "${newest?.id}" is needed.\n`
      : `Still needed: ${left.map(([id]) => `"${id}"`).join(', ')}.\n`,
  );
}
