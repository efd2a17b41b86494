import { SyncError } from '../../../domain/errors.js';
import type { CheckResult, SourceAdapter } from '../../../sources/source-adapter.js';
import type { HttpDeps } from '../../core/http-deps.js';
import type { SourceRow } from './source.store.js';
import { z } from 'zod';

/** The adapter's own limit is 10 s; this one keeps the promise where an adapter doesn't. */
const LIMIT_MS = 9_500;

/**
 * Tries a source's options out. Bad options are an answer, not an error.
 * @param closed aborts when the client has left: the check then ends, so that it does not outlive the client's slot.
 */
export async function checkSource(
  deps: Pick<HttpDeps, 'sources' | 'openConfig' | 'logger'>,
  source: Pick<SourceRow, 'id' | 'type' | 'config' | 'dataKey'>,
  closed: AbortSignal,
): Promise<CheckResult> {
  const adapter = deps.sources.find(source.type);
  if (!adapter) return { ok: false, code: 'unknown_source_type', hint: 'No adapter of this type is loaded.' };
  try {
    return await ask(adapter, { sourceId: source.id, config: deps.openConfig(source) }, closed);
  } catch (error) {
    if (closed.aborted) return { ok: false, code: 'client_left', hint: 'The client left before the answer.' };
    if (error instanceof SyncError) return { ok: false, code: error.code, hint: error.message };
    deps.logger.error('check failed', { sourceId: source.id, cause: String(error) });
    return { ok: false, code: 'internal_error', hint: 'The check failed with an internal error; see the system log.' };
  }
}

function ask(
  adapter: SourceAdapter,
  options: { sourceId: string; config: unknown },
  closed: AbortSignal,
): Promise<CheckResult> {
  const limit = AbortSignal.timeout(LIMIT_MS);
  const signal = AbortSignal.any([limit, closed]);
  return Promise.race([adapter.check({ ...options, signal }), refuseAt(limit)]);
}

function refuseAt(limit: AbortSignal): Promise<CheckResult> {
  return new Promise((done) => {
    limit.addEventListener('abort', () =>
      done({ ok: false, code: 'source_unavailable', hint: 'The source did not answer within 10 s.' }),
    );
  });
}

/** Whether a source's options work, and what to do when they don't. */
export const checkSchema = z
  .object({ ok: z.boolean(), code: z.string().optional(), hint: z.string().optional() })
  .meta({ id: 'CheckResult' });
