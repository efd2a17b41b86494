import { RequestError } from '../../../domain/errors.js';
import type { Prisma } from '../../../platform/db.js';
import { type ConfigSecrets, MaskedSecretError } from '../../../sources/config-secrets.js';
import type { SourceAdapter } from '../../../sources/source-adapter.js';
import { findUnknownKeys } from '../../../sources/walk-config.js';
import { listIssues } from '../../parse-input.js';

/** Options that a caller sends. */
export interface GivenConfig {
  readonly sourceId: string;
  readonly adapter: SourceAdapter;
  readonly config: Readonly<Record<string, unknown>>;
  /** The sealed options so far, where masked secrets are kept from. */
  readonly stored?: unknown;
}

/**
 * Checks options by the adapter's schema and seals their secrets.
 * @throws RequestError `invalid_config` naming paths, never values.
 */
export function sealGivenConfig(secrets: ConfigSecrets, given: GivenConfig): Prisma.InputJsonObject {
  const { sourceId, adapter, config, stored } = given;
  const parsed = adapter.configSchema.safeParse(config);
  if (!parsed.success) throw invalid(listIssues(parsed.error, 'config'));
  const [unknown] = findUnknownKeys(adapter.configSchema, config);
  if (unknown) throw invalid([{ path: ['config', ...unknown].join('.'), message: 'There is no such option.' }]);
  try {
    return secrets.seal({ sourceId, schema: adapter.configSchema, config }, stored) as Prisma.InputJsonObject;
  } catch (error) {
    if (!(error instanceof MaskedSecretError)) throw error;
    throw invalid([{ path: ['config', ...error.path].join('.'), message: error.message }]);
  }
}

function invalid(errors: readonly { path: string; message: string }[]): RequestError {
  return new RequestError(422, 'invalid_config', 'The options have mistakes.', errors);
}
