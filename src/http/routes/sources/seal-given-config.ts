import type { z } from 'zod';
import { RequestError } from '../../../domain/errors.js';
import type { Prisma } from '../../../platform/db.js';
import { type ConfigPath, setAt, valueAt } from '../../../sources/config-path.js';
import { type ConfigSecrets, MASK, MaskedSecretError, type StoredConfig } from '../../../sources/config-secrets.js';
import { findReferences, readReference } from '../../../sources/secret-reference.js';
import type { SourceAdapter } from '../../../sources/source-adapter.js';
import { findSecrets, findUnknownKeys } from '../../../sources/walk-config.js';
import { listIssues } from '../../parse-input.js';

/** Options that a caller sends. */
export interface GivenConfig {
  readonly sourceId: string;
  readonly adapter: SourceAdapter;
  readonly config: Readonly<Record<string, unknown>>;
  /** The options so far, where masked secrets are kept from. */
  readonly stored?: StoredConfig;
}

/** Sealed options, for their two columns. */
export interface SealedConfig {
  readonly config: Prisma.InputJsonObject;
  readonly dataKey: string | null;
}

/**
 * Checks options by the adapter's schema and seals their secrets.
 * @throws RequestError `invalid_config` naming paths, never values.
 */
export function sealGivenConfig(secrets: ConfigSecrets, given: GivenConfig): SealedConfig {
  const { sourceId, adapter, config, stored } = given;
  const schema = adapter.configSchema;
  refuseReferences(secrets, schema, config);
  refuseMistakes(schema, config);
  try {
    return secrets.seal({ sourceId, schema, config }, stored) as SealedConfig;
  } catch (error) {
    if (!(error instanceof MaskedSecretError)) throw error;
    throw invalid([{ path: named(error.path), message: error.message }]);
  }
}

/** Only a secret may stand somewhere else: another option would show what is there. */
function refuseReferences(secrets: ConfigSecrets, schema: z.ZodType, config: unknown): void {
  const allowed = new Set(findSecrets(schema, config).map(named));
  const errors = findReferences(config).flatMap((path) => {
    const message = allowed.has(named(path))
      ? mistakeIn(secrets, valueAt(config, path))
      : 'Only a secret option may refer to a variable or a file.';
    return message === null ? [] : [{ path: named(path), message }];
  });
  if (errors.length > 0) throw invalid(errors);
}

function mistakeIn(secrets: ConfigSecrets, value: unknown): string | null {
  if (!readReference(value)) return 'Wants nothing but { "$env": "<name>" } or { "$file": "<path>" }.';
  return secrets.refuseReference(value);
}

/** What stands for a secret need not look like one: only whether it may stand there is looked at. */
function refuseMistakes(schema: z.ZodType, config: unknown): void {
  const standIns = findSecrets(schema, config).filter((path) => isStandIn(valueAt(config, path)));
  const masked = standIns.reduce((result, path) => setAt(result, path, MASK), config);
  const parsed = schema.safeParse(masked);
  const excused = new Set(standIns.map(named));
  const errors = parsed.success ? [] : listIssues(parsed.error, 'config').filter(({ path }) => !excused.has(path));
  if (errors.length > 0) throw invalid(errors);
  const [unknown] = findUnknownKeys(schema, masked);
  if (unknown) throw invalid([{ path: named(unknown), message: 'There is no such option.' }]);
}

const isStandIn = (value: unknown): boolean => value === MASK || readReference(value) !== null;

const named = (path: ConfigPath): string => ['config', ...path].join('.');

function invalid(errors: readonly { path: string; message: string }[]): RequestError {
  return new RequestError(422, 'invalid_config', 'The options have mistakes.', errors);
}
