import type { z } from 'zod';
import { SourceConfigError } from '../domain/errors.js';
import { SEALED_PREFIX, type Secrets } from '../platform/secrets.js';
import { type ConfigPath, findSecrets } from './walk-config.js';

/** What stands for a stored secret wherever options are read, and keeps it where they are written. */
export const MASK = '********';

/** A source's options: whose they are and what describes them. */
interface ConfigOf {
  readonly sourceId: string;
  readonly schema: z.ZodType;
  readonly config: unknown;
}

/** Seals, opens and masks the secret options of sources. */
export interface ConfigSecrets {
  /**
   * Seals the secrets; a masked one is taken from `stored`, the sealed options so far.
   * @throws MaskedSecretError when there is none to keep.
   */
  seal(given: ConfigOf, stored?: unknown): unknown;
  /** @throws SourceConfigError naming the option that does not open. */
  open(sealed: ConfigOf): unknown;
}

/** A masked secret stands where nothing is stored. */
export class MaskedSecretError extends Error {
  override readonly name = 'MaskedSecretError';
  constructor(readonly path: ConfigPath) {
    super('The secret is masked and none is stored here: send the secret itself.');
  }
}

/** Every secret is sealed for its source and its place: it opens nowhere else. */
export function createConfigSecrets(secrets: Secrets): ConfigSecrets {
  return {
    seal({ sourceId, schema, config }, stored) {
      return replaceSecrets(schema, config, (value, path) =>
        value === MASK ? keep(secrets, { sourceId, stored, path }) : seal(secrets, { sourceId, value, path }),
      );
    },
    open({ sourceId, schema, config }) {
      return replaceSecrets(schema, config, (value, path) => open(secrets, { sourceId, value, path }));
    },
  };
}

/** The options as they may be shown: every secret is masked, and whatever else looks sealed. */
export function maskConfig(schema: z.ZodType | null, config: unknown): unknown {
  const masked = schema ? replaceSecrets(schema, config, () => MASK) : config;
  return JSON.parse(JSON.stringify(masked ?? {}), (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(SEALED_PREFIX) ? MASK : value,
  );
}

function seal(secrets: Secrets, { sourceId, value, path }: { sourceId: string; value: unknown; path: ConfigPath }) {
  return secrets.seal(JSON.stringify(value), contextOf(sourceId, path));
}

function open(secrets: Secrets, { sourceId, value, path }: { sourceId: string; value: unknown; path: ConfigPath }) {
  try {
    return JSON.parse(secrets.open(String(value), contextOf(sourceId, path))) as unknown;
  } catch (cause) {
    throw new SourceConfigError(`The secret option "${path.join('.')}" does not open: enter it again.`, { cause });
  }
}

/** The stored secret must open: a mask kept over one that doesn't would fail later, far from the person who asked. */
function keep(secrets: Secrets, { sourceId, stored, path }: { sourceId: string; stored: unknown; path: ConfigPath }) {
  const value = valueAt(stored, path);
  if (typeof value !== 'string' || !value.startsWith(SEALED_PREFIX)) throw new MaskedSecretError(path);
  return seal(secrets, { sourceId, value: open(secrets, { sourceId, value, path }), path });
}

const contextOf = (sourceId: string, path: ConfigPath) => `${sourceId}:${JSON.stringify(path)}`;

function valueAt(value: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? at[key as keyof typeof at] : null),
    value,
  );
}

function replaceSecrets(
  schema: z.ZodType,
  config: unknown,
  replace: (value: unknown, path: ConfigPath) => unknown,
): unknown {
  const paths = findSecrets(schema, config);
  return paths.reduce((result, path) => setAt(result, path, replace(valueAt(config, path), path)), config);
}

/** A copy of `value` with one place changed. */
function setAt(value: unknown, [key, ...rest]: ConfigPath, to: unknown): unknown {
  if (key === undefined) return to;
  if (Array.isArray(value))
    return value.map((element: unknown, at) => (at === key ? setAt(element, rest, to) : element));
  const fields = value as Record<string, unknown>;
  return { ...fields, [key]: setAt(fields[key], rest, to) };
}
