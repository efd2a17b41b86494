import { Command } from 'commander';
import { register } from '../compose.js';
import { type Config, readConfig } from '../config.js';
import { type Db, openDb } from '../platform/db.js';
import { createKeyring } from '../secrets/sealing/keyring.js';
import { countKeysInUse, type KeysInUse } from '../secrets/rotation/keys-in-use.store.js';
import { rotateKeys, type RotateCounts } from '../secrets/rotation/rotate-keys.store.js';
import { type FactorCounts, rotateSecondFactors } from '../secrets/rotation/rotate-second-factors.store.js';
import { createConfigSecrets } from '../secrets/config-secrets.js';
import { createReferenceReader } from '../secrets/reference-reader.js';
import type { SourceRegistry } from '../sources/source-registry.js';
import { jsonOption, print, readEnvironment } from './environment.js';

interface StatusOptions {
  readonly json: boolean;
}

interface RotateOptions extends StatusOptions {
  readonly newDataKeys: boolean;
}

/** `rollcall secrets`: the keys that seal the secrets of sources and second factors, and the key of erasures. */
export function secretsCommand(): Command {
  const secrets = new Command('secrets')
    .description(
      'Shows and rotates the keys that seal stored secrets (SECRET_KEYS). Needs the environment of a worker.',
    )
    .addHelpText('after', '\nBoth exit with 1 while an older key is still in use.');
  secrets
    .command('status')
    .description('Counts how many sources, second factors and erasures use each key.')
    .addOption(jsonOption())
    .action(status);
  secrets
    .command('rotate')
    .description('Seals all secrets with the first key, while API and workers run. It can be stopped and run again.')
    .option('--new-data-keys', 'give each source a new data key and seal its secrets again', false)
    .addOption(jsonOption())
    .action(rotate);
  return secrets;
}

interface World {
  readonly config: Config;
  readonly db: Db;
  readonly sources: SourceRegistry;
}

/** Secrets whose key was replaced. */
interface Rotated {
  readonly sources: RotateCounts;
  readonly secondFactors: FactorCounts;
}

function status({ json }: StatusOptions): Promise<void> {
  return withWorld(async (world) => report(world, { json, rotated: null }));
}

function rotate({ json, newDataKeys: newDataKey }: RotateOptions): Promise<void> {
  return withWorld(async (world) => {
    const { config, ...rest } = world;
    const keyring = createKeyring(config.sealingKeys);
    const configSecrets = createConfigSecrets(keyring, createReferenceReader(config.references));
    const onSource = ({ seen, changed }: RotateCounts) => {
      if (!json && seen % 10 === 0) process.stdout.write(`${seen} sources checked, ${changed} changed …\n`);
    };
    const sources = await rotateKeys({ ...rest, configSecrets, keyring }, { newDataKey, onSource });
    await report(world, { json, rotated: { sources, secondFactors: await rotateSecondFactors(rest.db, keyring) } });
  });
}

async function withWorld(run: (world: World) => Promise<void>): Promise<void> {
  const config = readConfig(readEnvironment());
  const db = openDb({ url: config.databaseUrl, maxConnections: 2, applicationName: 'rollcall-secrets' });
  try {
    const { sources } = await register(config, db);
    await run({ config, db, sources });
  } finally {
    await db.close();
  }
}

async function report(
  { config, db }: World,
  { json, rotated }: { readonly json: boolean; readonly rotated: Rotated | null },
): Promise<void> {
  const inUse = await countKeysInUse(db.prisma);
  const newest = config.sealingKeys[0]?.id;
  const older = [...inUse.keys()].filter((id) => id !== newest);
  if (older.length > 0 || failuresOf(rotated).length > 0) process.exitCode = 1;
  const { secondFactors } = rotated ?? {};
  const value = {
    newest,
    keys: Object.fromEntries(inUse),
    ...rotated?.sources,
    ...(secondFactors && { secondFactors }),
  };
  print(json, value, `${linesOf({ newest, rotated, inUse }, older).join('\n')}\n`);
}

function failuresOf(rotated: Rotated | null): string[] {
  return [
    ...(rotated?.sources.failed ?? []).map(({ source, reason }) => `  ${source}: ${reason}`),
    ...(rotated?.secondFactors.failed ?? []).map(({ account, reason }) => `  account ${account}: ${reason}`),
  ];
}

interface Found {
  readonly newest: string | undefined;
  readonly rotated: Rotated | null;
  readonly inUse: KeysInUse;
}

function linesOf({ newest, rotated, inUse }: Found, older: readonly string[]): string[] {
  return [
    ...(rotated ? [`${rotated.sources.seen} sources checked, ${rotated.sources.changed} changed.`] : []),
    ...(rotated?.secondFactors.seen ? [`${rotated.secondFactors.changed} second factors changed.`] : []),
    ...failuresOf(rotated),
    ...[...inUse].map(([id, count]) => `Key "${id}" is used by ${count} sources, second factors or erasures.`),
    older.length === 0
      ? `No key but "${newest}" is needed.`
      : `Still in use: ${older.map((id) => `"${id}"`).join(', ')}. Run "secrets rotate" before you remove them.`,
  ];
}
