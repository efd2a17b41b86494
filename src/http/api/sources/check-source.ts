import { RequestError, SyncError } from '../../../domain/errors.js';
import type { CheckResult, SourceAdapter } from '../../../sources/source-adapter.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { findSource, type SourceRow } from './source.store.js';
import { z } from 'zod';
import { v7 as uuidv7 } from 'uuid';
import { type Call, defineRoute, type Route } from '../../core/define-route.js';
import { closedSignal } from '../../core/connections.js';
import { text } from '../../core/text-schema.js';
import { sealGivenConfig } from './seal-given-config.js';

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

const params = z.object({ type: text({ max: 255 }) });

const bodySchema = z.strictObject({
  config: z.record(z.string(), z.unknown()),
  source: z
    .string()
    .max(63)
    .optional()
    .describe('The source whose stored secrets are used for "********"; only if their destination is unchanged.'),
});

/** Tries options out before they are stored. For admins: who sends options makes this server talk to their address. */
export function checkOptionsRoute(deps: HttpDeps): Route {
  return defineRoute({
    id: 'checkOptions',
    method: 'post',
    path: '/source-types/{type}/check',
    role: 'admin',
    narrowed: 'refused',
    staysOpen: 'check',
    tag: 'Sources',
    summary: 'Test options without storing them, within 10 s',
    params,
    missing: 'unknown_source_type',
    body: { schema: bodySchema },
    replies: {
      200: { description: 'Whether the options work, and if not, what to do.', schema: checkSchema },
      404: { description: '`unknown_source_type`, `source_not_found`.' },
      422: { description: '`invalid_config`, `secret_required`.' },
    },
    handle: async (call) => ({ status: 200, body: await check(deps, call) }),
  });
}

async function check(
  deps: HttpDeps,
  { params: { type }, body, response }: Call<z.output<typeof params>, unknown, z.output<typeof bodySchema>>,
) {
  const adapter = deps.sources.findConfigurable(type);
  if (!adapter) throw new RequestError(404, 'unknown_source_type', `There is no source type "${type}".`);
  const stored = body.source === undefined ? null : await findStored(deps, adapter, body.source);
  const sourceId = stored?.id ?? uuidv7();
  const given = { sourceId, adapter, config: body.config, ...(stored ? { stored } : {}) };
  const { config, dataKey } = sealGivenConfig(deps.configSecrets, given);
  const source = { id: sourceId, type, config: config as SourceRow['config'], dataKey };
  return checkSource(deps, source, closedSignal(response));
}

async function findStored({ db }: HttpDeps, adapter: SourceAdapter, name: string) {
  const source = await findSource(db.prisma, name);
  if (source?.type === adapter.type) return source;
  throw new RequestError(404, 'source_not_found', `There is no source "${name}" of type "${adapter.type}".`);
}
