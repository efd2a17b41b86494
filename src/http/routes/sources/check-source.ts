import { SyncError } from '../../../domain/errors.js';
import type { CheckResult, SourceAdapter } from '../../../sources/source-adapter.js';
import type { ConfigSecrets } from '../../../sources/config-secrets.js';
import type { HttpDeps } from '../../http-deps.js';
import type { SourceRow } from './source.store.js';

/** The adapter's own limit is 10 s; this one keeps the promise where an adapter doesn't. */
const LIMIT_MS = 9_500;

/** Tries a source's options out. Bad options are an answer, not an error. */
export async function checkSource(
  deps: Pick<HttpDeps, 'sources' | 'configSecrets' | 'logger'>,
  source: SourceRow,
): Promise<CheckResult> {
  const adapter = deps.sources.find(source.type);
  if (!adapter) return { ok: false, code: 'unknown_source_type', hint: 'No adapter of this type is loaded.' };
  const limit = AbortSignal.timeout(LIMIT_MS);
  try {
    return await Promise.race([ask({ adapter, secrets: deps.configSecrets, source, signal: limit }), refuseAt(limit)]);
  } catch (error) {
    if (error instanceof SyncError) return { ok: false, code: error.code, hint: error.message };
    deps.logger.error('check failed', { sourceId: source.id, cause: String(error) });
    return { ok: false, code: 'internal_error', hint: 'The check itself failed; see the system log.' };
  }
}

async function ask(given: {
  adapter: SourceAdapter;
  secrets: ConfigSecrets;
  source: SourceRow;
  signal: AbortSignal;
}): Promise<CheckResult> {
  const { adapter, secrets, signal } = given;
  const { id: sourceId, config } = given.source;
  const opened = secrets.open({ sourceId, schema: adapter.configSchema, config });
  const parsed = adapter.configSchema.safeParse(opened);
  if (parsed.success) return adapter.check({ sourceId, config: parsed.data, signal });
  const paths = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  return { ok: false, code: 'invalid_config', hint: `These options are not good any more: ${paths}.` };
}

function refuseAt(limit: AbortSignal): Promise<CheckResult> {
  return new Promise((done) => {
    limit.addEventListener('abort', () =>
      done({ ok: false, code: 'source_unavailable', hint: 'The source did not answer within 10 s.' }),
    );
  });
}
