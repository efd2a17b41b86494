import type { Request } from 'express';
import { RequestError, SyncError } from '../../domain/errors.js';
import type { HookAnswer, HookRequest, SourceAdapter } from '../../sources/source-adapter.js';
import { acceptHints } from '../../tasks/inbox/hint.store.js';
import { type Call, defineRoute, type Reply, type Route } from '../core/define-route.js';
import type { HttpDeps } from '../core/http-deps.js';
import { readBytes } from '../core/read-bytes.js';
import { sourceParams } from '../api/sources/source-schema.js';
import { findSource, type SourceRow } from '../api/sources/source.store.js';

/** Callbacks of outside systems are small: ids and times. */
const MAX_BYTES = 256 * 1_024;
/** From one address: a suite that reorganises tells of everyone at once. */
const PER_MINUTE = 6_000;
/** Suites wait 3 to 5 s. */
const LIMIT_MS = 2_500;

/** Where outside systems call: `/hooks/{name}`, without a key; the source's adapter checks who it is. */
export function hookRoutes(deps: HttpDeps): readonly Route[] {
  return [hook(deps, 'get'), hook(deps, 'post')];
}

type HookCall = Call<{ readonly name: string }, unknown, unknown>;

function hook(deps: HttpDeps, method: 'get' | 'post'): Route {
  return defineRoute({
    id: method === 'get' ? 'tryHook' : 'callHook',
    method,
    path: '/{name}',
    role: 'open',
    narrowed: 'allowed',
    limitPerMinute: PER_MINUTE,
    tag: 'Callbacks',
    summary:
      method === 'get'
        ? 'Answer an external system that tests the address'
        : 'Receive a callback of an external system',
    params: sourceParams,
    replies: {
      200: { description: 'The answer that the external system requires.', contentType: '*/*' },
      403: { description: '`hook_refused`: not signed with the source’s secret, or too old.' },
      404: { description: '`not_found`: no enabled source with this name accepts callbacks.' },
      413: { description: '`payload_too_large`.' },
      429: { description: '`rate_limited`.' },
    },
    handle: (call) => receive(deps, call),
  });
}

async function receive(deps: HttpDeps, { params, request, bodyShare }: HookCall): Promise<Reply> {
  const source = await findSource(deps.db.prisma, params.name);
  const adapter = source?.enabled ? deps.sources.find(source.type) : undefined;
  if (!source || !adapter?.hooks) throw new RequestError(404, 'not_found', 'Not found.');
  const asked = hookRequest(request, await readBytes(request, MAX_BYTES, bodyShare));
  const answer = await ask(deps, { source, adapter, asked });
  if (!answer.accepted) {
    deps.logger.warn('callback refused', { source: source.name, code: answer.code });
    throw new RequestError(403, 'hook_refused', `This call was not accepted (${answer.code}).`);
  }
  const { hints, needsFull = false, reply } = answer;
  await acceptHints(deps, { sourceId: source.id, hints, needsFull });
  deps.logger.info('callback accepted', { source: source.name, hints: hints.length, needsFull });
  return { status: reply.status, body: reply.body, headers: { 'Content-Type': reply.contentType } };
}

/** Options that lack what callbacks need are an admin's matter; the caller learns only that it was refused. */
async function ask(
  deps: HttpDeps,
  { source, adapter, asked }: { source: SourceRow; adapter: SourceAdapter; asked: HookRequest },
): Promise<HookAnswer> {
  try {
    const context = { sourceId: source.id, config: deps.openConfig(source), signal: AbortSignal.timeout(LIMIT_MS) };
    return (await adapter.hooks?.receive(asked, context)) ?? { accepted: false, code: 'unreadable' };
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    deps.logger.error('callback not understood', { source: source.name, code: error.code, cause: error.message });
    return { accepted: false, code: 'unreadable' };
  }
}

function hookRequest({ method, query, headers }: Request, body: Buffer): HookRequest {
  return { method: method === 'GET' ? 'GET' : 'POST', query: firstOf(query), headers: firstOf(headers), body };
}

function firstOf(given: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const texts = Object.entries(given).flatMap(([name, value]) => {
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return typeof first === 'string' ? [[name, first] as const] : [];
  });
  return Object.fromEntries(texts);
}
