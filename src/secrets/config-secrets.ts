import type { z } from 'zod';
import { SecretKeyMissingError, SourceConfigError } from '../domain/errors.js';
import { type Keyring, SecretOpenError, UnknownKeyError } from './sealing/keyring.js';
import { type ConfigPath, readReference, setAt, valueAt } from './secret-reference.js';
import { type DataKey, newDataKey, openDataKey, rewrapDataKey, wrappingKeyOf } from './sealing/data-key.js';
import { changedDestinations, findBoundSecrets } from './find-destinations.js';
import type { ReferenceReader } from './reference-reader.js';
import { findSecrets } from './walk-config.js';

/** What stands for a stored secret wherever options are read, and keeps it where they are written. */
export const MASK = '********';

/** A source's options: whose they are and what describes them. */
interface ConfigOf {
  readonly sourceId: string;
  readonly schema: z.ZodType;
  readonly config: unknown;
}

/** Options as they are stored: two columns of one row, which belong together. */
export interface StoredConfig {
  readonly config: unknown;
  /** The key that sealed the secrets, wrapped; null = none of them is sealed by it. */
  readonly dataKey: string | null;
}

/** Seals and opens the secret options of sources. */
export interface ConfigSecrets {
  /**
   * Seals the secrets under a new data key; a masked one is taken from `stored`, a reference stays as it is.
   * @throws MaskedSecretError when there is none to keep, SecretRequiredError when a destination changes.
   */
  seal(given: ConfigOf, stored?: StoredConfig): StoredConfig;
  /**
   * Secrets in clear, references followed.
   * @throws SourceConfigError, SecretKeyMissingError, SecretReferenceError naming the option, the key, the place.
   */
  open(sealed: ConfigOf & StoredConfig): unknown;
  /**
   * The same options for the newest key of the operator, and with `newDataKey` also sealed anew; null when there is
   * nothing to do. Without a schema only the data key is wrapped anew.
   * @throws SourceConfigError, SecretKeyMissingError
   */
  rotate(sealed: RotatedConfig, options: { readonly newDataKey: boolean }): StoredConfig | null;
  /** Why an option may not refer to what it names; null when it may, or refers to nothing. */
  refuseReference(value: unknown): string | null;
}

/** Options whose keys are exchanged; the schema is null when no adapter of their type is loaded. */
export interface RotatedConfig extends StoredConfig {
  readonly sourceId: string;
  readonly schema: z.ZodType | null;
}

/** A masked secret stands where nothing is stored. */
export class MaskedSecretError extends Error {
  override readonly name = 'MaskedSecretError';
  constructor(readonly path: ConfigPath) {
    super('The secret is masked, but no secret is stored for this option: send the secret itself.');
  }
}

/** Masked secrets stand where an option that decides where they are sent has changed. */
export class SecretRequiredError extends Error {
  override readonly name = 'SecretRequiredError';
  /**
   * @param paths of the masked secrets
   * @param changed paths of the options that changed
   */
  constructor(
    readonly paths: readonly ConfigPath[],
    readonly changed: readonly string[],
  ) {
    const [what, verb] = [changed.map((path) => `"${path}"`).join(', '), changed.length === 1 ? 'changes' : 'change'];
    super(`The stored secret was entered for another destination (${what} ${verb}): enter the secret again.`);
  }
}

/** Used only for display, never to decide whether to open a value. */
const SEALED = /^sealed:v\d+:/;

/** Every secret is sealed for its source and its place: it opens nowhere else. */
export function createConfigSecrets(keyring: Keyring, references: ReferenceReader): ConfigSecrets {
  return {
    seal: (given, stored) => seal(keyring, given, stored),
    open: (sealed) =>
      replaceSecrets(sealed.schema, openStored(keyring, sealed), (value, path) => {
        const reference = readReference(value);
        return reference ? references.read(reference, path.join('.')) : value;
      }),
    rotate: (sealed, options) => rotate(keyring, sealed, options),
    refuseReference(value) {
      const reference = readReference(value);
      return reference && references.refuse(reference);
    },
  };
}

/** The options as they may be shown: every secret is masked, and whatever else looks sealed; references are shown. */
export function maskConfig(schema: z.ZodType | null, config: unknown): unknown {
  const masked = schema ? replaceSecrets(schema, config, (value) => readReference(value) ?? MASK) : config;
  return JSON.parse(JSON.stringify(masked ?? {}), (_key, value: unknown) =>
    typeof value === 'string' && SEALED.test(value) ? MASK : value,
  );
}

/** Each save has a data key of its own: what a former one sealed is worth nothing any more. */
function seal(keyring: Keyring, { sourceId, schema, config }: ConfigOf, stored?: StoredConfig): StoredConfig {
  if (stored) refuseMoved({ schema, config, stored });
  const kept = stored ? keeperOf(keyring, sourceId, stored) : refuseMask;
  let dataKey: DataKey | null = null;
  const sealed = replaceSecrets(schema, config, (value, path) => {
    const secret = value === MASK ? kept(path) : value;
    if (readReference(secret)) return secret;
    dataKey ??= newDataKey(keyring, sourceId, stored?.dataKey ?? null);
    return dataKey.seal(JSON.stringify(secret), path);
  });
  return { config: sealed, dataKey: (dataKey as DataKey | null)?.wrapped ?? null };
}

/** A stored secret is sent only where the person who entered it meant it to go. */
function refuseMoved({ schema, config, stored }: Omit<ConfigOf, 'sourceId'> & { readonly stored: StoredConfig }): void {
  const masked = findBoundSecrets(schema, config).filter((path) => valueAt(config, path) === MASK);
  if (masked.length === 0) return;
  const changed = changedDestinations(schema, stored.config, config);
  if (changed.length > 0) throw new SecretRequiredError(masked, changed);
}

function refuseMask(path: ConfigPath): never {
  throw new MaskedSecretError(path);
}

/** The stored secret must open: a mask kept over one that doesn't would fail later, far from the person who asked. */
function keeperOf(keyring: Keyring, sourceId: string, stored: StoredConfig) {
  const open = openerOf(keyring, sourceId, stored.dataKey);
  return (path: ConfigPath): unknown => {
    const value = valueAt(stored.config, path);
    if (readReference(value)) return value;
    if (typeof value !== 'string' || !SEALED.test(value)) throw new MaskedSecretError(path);
    return open(value, path);
  };
}

/** Secrets in clear, references as they are. */
function openStored(keyring: Keyring, { sourceId, schema, config, dataKey }: ConfigOf & StoredConfig): unknown {
  const open = openerOf(keyring, sourceId, dataKey);
  return replaceSecrets(schema, config, (value, path) => readReference(value) ?? open(value, path));
}

function rotate(keyring: Keyring, sealed: RotatedConfig, options: { newDataKey: boolean }): StoredConfig | null {
  const { sourceId, schema, config, dataKey } = sealed;
  if (dataKey === null) return null;
  if (schema && options.newDataKey)
    return seal(keyring, { sourceId, schema, config: openStored(keyring, { ...sealed, schema }) }, sealed);
  if (wrappingKeyOf(dataKey) === keyring.newestId) return null;
  return { config, dataKey: translated('key', () => rewrapDataKey(keyring, sourceId, dataKey)) };
}

/** What opens the secrets of one source; its data key is unwrapped once, and only if it is needed. */
function openerOf(keyring: Keyring, sourceId: string, wrapped: string | null) {
  let dataKey: DataKey | null = null;
  return (value: unknown, path: ConfigPath): unknown =>
    translated(`secret option "${path.join('.')}"`, () => {
      if (wrapped === null) throw new SecretOpenError('The source has no key.');
      dataKey ??= openDataKey(keyring, sourceId, wrapped);
      return JSON.parse(dataKey.open(String(value), path)) as unknown;
    });
}

function translated<T>(what: string, open: () => T): T {
  try {
    return open();
  } catch (cause) {
    if (cause instanceof UnknownKeyError) throw new SecretKeyMissingError(cause.keyId, { cause });
    throw new SourceConfigError(`The ${what} of the source cannot be opened: enter its secrets again.`, { cause });
  }
}

function replaceSecrets(
  schema: z.ZodType,
  config: unknown,
  replace: (value: unknown, path: ConfigPath) => unknown,
): unknown {
  const paths = findSecrets(schema, config);
  return paths.reduce((result, path) => setAt(result, path, replace(valueAt(config, path), path)), config);
}
