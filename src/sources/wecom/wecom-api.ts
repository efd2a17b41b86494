import { z } from 'zod';
import { SourceReadError } from '../../domain/errors.js';
import { createJsonClient, type JsonClient, type JsonWorld } from '../../outbound/http-client/json-client.js';
import type { JsonCall, TokenSource } from '../../outbound/http-client/json-call.js';
import { steadyClient } from '../../outbound/http-client/steady-client.js';
import { classifyAnswer, TOKEN_API, WecomShapeError } from './classify-answer.js';
import type { WecomOptions } from './wecom-options.js';

/** WeCom with the permissions of one secret. */
export interface WecomApi {
  /** @throws SyncError, WecomRightError, WecomApiError, or WecomShapeError if the answer has another form */
  get<T>(api: string, schema: z.ZodType<T>, query?: JsonCall['query']): Promise<T>;
  post<T>(api: string, schema: z.ZodType<T>, body: unknown): Promise<T>;
  close(): Promise<void>;
}

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

/** Opens WeCom with one secret; it must be closed. */
export function openWecomApi(
  world: JsonWorld,
  given: { options: WecomOptions; secret: string; signal: AbortSignal },
): WecomApi {
  const client = openClient(world, given);
  const call = async <T>(schema: z.ZodType<T>, asked: Omit<JsonCall, 'path'>): Promise<T> => {
    const { body } = await client.call({ ...asked, path: `/cgi-bin/${asked.api}` });
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    const where = parsed.error.issues[0]?.path.join('.') ?? '';
    throw new WecomShapeError(`WeCom's answer to ${asked.api} has an unknown shape (at "${where}").`);
  };
  return {
    get: (api, schema, query = {}) => call(schema, { api, query }),
    post: (api, schema, body) => call(schema, { api, method: 'POST', body }),
    close: () => client.close(),
  };
}

function openClient(
  world: JsonWorld,
  { options, secret, signal }: { options: WecomOptions; secret: string; signal: AbortSignal },
): JsonClient {
  const { corpId, baseUrl, ca, limits } = options;
  const client = createJsonClient(world, {
    provider: 'wecom',
    baseUrl,
    // WeCom counts calls by company and API (path/90454), for all secrets together.
    credential: corpId,
    rates: (api) => [
      { key: api, max: limits.perMinute, windowMs: 60_000 },
      { key: api, max: limits.perHour, windowMs: 3_600_000 },
    ],
    classify: classifyAnswer,
    token: tokenOf(corpId, secret),
    secrets: [secret],
    signal,
    ...(ca === undefined ? {} : { ca }),
  });
  return steadyClient(client);
}

/** Each secret has its own token (path/91039). */
function tokenOf(corpId: string, secret: string): TokenSource {
  return {
    credential: `${corpId} ${secret}`,
    async fetch(ask) {
      const query = { corpid: corpId, corpsecret: secret };
      const { body } = await ask({ api: TOKEN_API, path: '/cgi-bin/gettoken', query });
      const parsed = tokenAnswer.safeParse(body);
      if (!parsed.success) throw new SourceReadError('The token answer of WeCom has no valid token.');
      return { token: parsed.data.access_token, expiresInMs: parsed.data.expires_in * 1_000 };
    },
    put: (call, token) => ({ ...call, query: { ...call.query, access_token: token } }),
  };
}
