import type { z } from 'zod';
import { SourceConfigError } from '../domain/errors.js';
import { SHOWN } from '../outbound/http-client/address-option.js';
import type { ConfigSecrets, StoredConfig } from './config-secrets.js';
import type { SourceRegistry } from '../sources/source-registry.js';

/** Opens a source's stored options: secrets in clear, references followed, defaults filled in. */
export type OpenConfig = (source: StoredConfig & { readonly id: string; readonly type: string }) => unknown;

/**
 * Makes what opens the options of any source.
 *
 * What it makes throws SourceConfigError when a secret does not open or the adapter's schema has changed,
 * SecretKeyMissingError and SecretReferenceError when this process lacks what opens it.
 */
export function createOpenConfig(sources: SourceRegistry, configSecrets: ConfigSecrets): OpenConfig {
  return ({ id: sourceId, type, config, dataKey }) => {
    const adapter = sources.find(type);
    if (!adapter) throw new SourceConfigError(`There is no adapter for sources of type "${type}": load its plugin.`);
    const opened = configSecrets.open({ sourceId, schema: adapter.configSchema, config, dataKey });
    const parsed = adapter.configSchema.safeParse(opened);
    if (parsed.success) return parsed.data;
    refuseCredentials(parsed.error);
    // Only paths: an issue's text may hold a value.
    const paths = [...new Set(parsed.error.issues.map((issue) => issue.path.join('.') || 'options'))].join(', ');
    throw new SourceConfigError(
      `The options are not valid for this version of the adapter (${paths}): correct and save the source.`,
    );
  };
}

/** A release before this one took credentials in addresses: they are not used, so that they get into no log. */
function refuseCredentials({ issues }: z.ZodError): void {
  const found = issues.filter((issue) => issue.code === 'custom' && issue.params?.[SHOWN] === true);
  if (found.length === 0) return;
  const mistakes = found.map(({ path, message }) => `"${path.join('.')}" ${message}`).join(' ');
  throw new SourceConfigError(
    `${mistakes} Then save the source again, and replace the credential, because it was stored as plain text.`,
  );
}
