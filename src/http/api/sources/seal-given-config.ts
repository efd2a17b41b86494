import type { z } from 'zod';
import { RequestError } from '../../../domain/errors.js';
import type { Prisma } from '../../../platform/db.js';
import { type ConfigPath, findReferences, readReference, setAt, valueAt } from '../../../secrets/secret-reference.js';
import {
  type ConfigSecrets,
  MASK,
  MaskedSecretError,
  SecretRequiredError,
  type StoredConfig,
} from '../../../secrets/config-secrets.js';
import type { SourceAdapter } from '../../../sources/source-adapter.js';
import { findSecrets, findUnknownKeys } from '../../../secrets/walk-config.js';
import { listIssues } from '../../core/parse-input.js';

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
 * @throws RequestError naming paths, never values: `invalid_config`; `secret_required` where a masked secret would go
 *   to another destination than the one that it was given for.
 */
export function sealGivenConfig(secrets: ConfigSecrets, given: GivenConfig): SealedConfig {
  const { sourceId, adapter, config, stored } = given;
  const schema = adapter.configSchema;
  refuseReferences(secrets, schema, config);
  refuseMistakes(schema, config);
  try {
    return secrets.seal({ sourceId, schema, config }, stored) as SealedConfig;
  } catch (error) {
    throw translated(error);
  }
}

function translated(error: unknown): unknown {
  if (error instanceof MaskedSecretError) return invalid([{ path: named(error.path), message: error.message }]);
  if (!(error instanceof SecretRequiredError)) return error;
  const errors = error.paths.map((path) => ({ path: named(path), message: error.message }));
  const changed = error.changed.map((path) => `config.${path}`).join(', ');
  return new RequestError(
    422,
    'secret_required',
    `A stored secret is sent only to the destination for which it was entered, and these options change: ${changed}. ` +
      `Send the secrets themselves instead of "${MASK}".`,
    errors,
  );
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
  if (!readReference(value)) return 'must be exactly { "$env": "<name>" } or { "$file": "<path>" }';
  return secrets.refuseReference(value);
}

/** What stands for a secret need not look like one: only whether it may stand there is looked at. */
function refuseMistakes(schema: z.ZodType, config: unknown): void {
  const secretPaths = findSecrets(schema, config);
  const halfMasked = secretPaths.filter((path) => holdsMask(valueAt(config, path)));
  if (halfMasked.length > 0) throw invalid(halfMasked.map((path) => ({ path: named(path), message: HALF_MASKED })));
  const standIns = secretPaths.filter((path) => isStandIn(valueAt(config, path)));
  const masked = standIns.reduce((result, path) => setAt(result, path, MASK), config);
  const parsed = schema.safeParse(masked);
  const excused = new Set(standIns.map(named));
  const errors = parsed.success ? [] : listIssues(parsed.error, 'config').filter(({ path }) => !excused.has(path));
  if (errors.length > 0) throw invalid(errors);
  const [unknown] = findUnknownKeys(schema, masked);
  if (unknown) throw invalid([{ path: named(unknown), message: 'There is no such option.' }]);
}

const isStandIn = (value: unknown): boolean => value === MASK || readReference(value) !== null;

const HALF_MASKED = `Contains the mask "${MASK}" but is not exactly the mask. Send the whole secret, or "${MASK}" alone to keep the stored one.`;

/** Characters that forms and password managers show in place of a secret. */
const ONLY_MASK_SIGNS = /^\s*[*\u2022\u25cf\u26ab\u2217\uff0a]{3,}\s*$/u;

/** A mask that was edited, or came with white space, is no secret: stored, it would fail at the source. */
function holdsMask(value: unknown): boolean {
  if (value === MASK) return false;
  if (typeof value === 'string') return value.includes(MASK) || ONLY_MASK_SIGNS.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((inner) => inner === MASK || holdsMask(inner));
}

const named = (path: ConfigPath): string => ['config', ...path].join('.');

function invalid(errors: readonly { path: string; message: string }[]): RequestError {
  return new RequestError(422, 'invalid_config', 'The options are not valid.', errors);
}
