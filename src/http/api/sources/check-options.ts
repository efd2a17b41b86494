import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { RequestError } from '../../../domain/errors.js';
import type { SourceAdapter } from '../../../sources/source-adapter.js';
import { type Call, defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { closedSignal } from '../../core/once-closed.js';
import { text } from '../../core/text-schema.js';
import { findSource, type SourceRow } from './source.store.js';
import { checkSchema, checkSource } from './check-source.js';
import { sealGivenConfig } from './seal-given-config.js';

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
