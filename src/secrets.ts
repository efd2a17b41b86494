import { parseArgs } from 'node:util';
import { register } from './compose.js';
import { type Config, readConfig } from './config.js';
import { type Db, openDb } from './platform/db.js';
import { createKeyring, type Keyring } from './platform/keyring.js';
import { countKeysInUse, type KeysInUse } from './sealing/keys-in-use.store.js';
import { rotateKeys, type RotateCounts } from './sealing/rotate-keys.js';
import { type FactorCounts, rotateSecondFactors } from './sealing/rotate-second-factors.js';
import { createConfigSecrets } from './sources/config-secrets.js';
import { createReferenceReader } from './sources/reference-reader.js';
import type { SourceRegistry } from './sources/source-registry.js';

const USAGE = `The keys that seal the secrets of sources and second factors, and the key of erasures.

  npm run secrets -- status [--json]
  npm run secrets -- rotate [--new-data-keys] [--json]

status counts what needs each key of SECRET_KEYS: sources, second factors, erasures. rotate brings all of it to the first
key, while API and workers run; it may be stopped and run again. With --new-data-keys each source also gets a new key of
its own, and its secrets are sealed anew. Both need the environment of a worker. Ends with 1 while an older key is still
needed.
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

/** What was exchanged: sources, and second factors of people. */
interface Rotated {
  readonly sources: RotateCounts;
  readonly secondFactors: FactorCounts;
}

async function rotate(deps: { config: Config; db: Db; sources: SourceRegistry }, asked: Asked): Promise<Rotated> {
  const keyring = createKeyring(deps.config.sealingKeys);
  const sources = await rotateSources(deps, keyring, asked);
  return { sources, secondFactors: await rotateSecondFactors(deps.db, keyring) };
}

function rotateSources(
  deps: { config: Config; db: Db; sources: SourceRegistry },
  keyring: Keyring,
  { newDataKey, json }: Asked,
) {
  const { config, ...rest } = deps;
  const configSecrets = createConfigSecrets(keyring, createReferenceReader(config.references));
  const onSource = ({ seen, changed }: RotateCounts) => {
    if (!json && seen % 10 === 0) process.stdout.write(`${seen} sources looked at, ${changed} changed …\n`);
  };
  return rotateKeys({ ...rest, configSecrets, keyring }, { newDataKey, onSource });
}

interface Found {
  readonly config: Config;
  readonly rotated: Rotated | null;
  readonly inUse: KeysInUse;
}

function tell({ json }: Asked, found: Found): void {
  const { config, rotated, inUse } = found;
  const newest = config.sealingKeys[0]?.id;
  const older = [...inUse.keys()].filter((id) => id !== newest);
  if (older.length > 0 || failuresOf(rotated).length > 0) process.exitCode = 1;
  const { sources, secondFactors } = rotated ?? {};
  const said = { newest, keys: Object.fromEntries(inUse), ...sources, ...(secondFactors && { secondFactors }) };
  process.stdout.write(json ? `${JSON.stringify(said)}\n` : linesOf(found, older).join('\n') + '\n');
}

function failuresOf(rotated: Rotated | null): string[] {
  return [
    ...(rotated?.sources.failed ?? []).map(({ source, reason }) => `  ${source}: ${reason}`),
    ...(rotated?.secondFactors.failed ?? []).map(({ account, reason }) => `  account ${account}: ${reason}`),
  ];
}

function linesOf({ config, rotated, inUse }: Found, older: readonly string[]): string[] {
  return [
    ...(rotated ? [`${rotated.sources.seen} sources looked at, ${rotated.sources.changed} changed.`] : []),
    ...(rotated?.secondFactors.seen ? [`${rotated.secondFactors.changed} second factors changed.`] : []),
    ...failuresOf(rotated),
    ...[...inUse].map(([id, count]) => `Key "${id}" is needed for ${count} sources, second factors or erasures.`),
    older.length === 0
      ? `No key but "${config.sealingKeys[0]?.id}" is needed.`
      : `Still needed: ${older.map((id) => `"${id}"`).join(', ')}.`,
  ];
}
