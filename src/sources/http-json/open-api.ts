import { z } from 'zod';
import { SourceAuthError, SourceReadError } from '../../domain/errors.js';
import { firstCharacters } from '../../domain/text.js';
import { basicOf, type Credential, credentialOf, secretsOf } from '../../outbound/http-client/auth-options.js';
import { createJsonClient, type JsonClient, type JsonWorld } from '../../outbound/http-client/json-client.js';
import type { AnswerVerdict, JsonAnswer, JsonCall, TokenSource } from '../../outbound/http-client/json-call.js';
import type { HttpJsonOptions } from './http-json-options.js';
import { isValue, pickPath } from './pick-path.js';

type Auth = HttpJsonOptions['auth'];

const MEGABYTE = 1_048_576;

/** Opens the API with its authentication; it must be closed. */
export function openApi(world: JsonWorld, options: HttpJsonOptions, signal: AbortSignal): JsonClient {
  const { baseUrl, auth, limits, ca } = options;
  return createJsonClient(world, {
    provider: 'http-json',
    baseUrl,
    credential: JSON.stringify(auth),
    rates: () => [{ key: 'calls', max: limits.perMinute, windowMs: 60_000 }],
    classify: (answer) => classify(answer, options),
    secrets: auth.type === 'oauth2' ? clientSecretsOf(auth) : secretsOf(auth),
    signal,
    timeoutMs: limits.timeoutS * 1_000,
    maxBytes: Math.min(limits.megabytes, 64) * MEGABYTE,
    ...(ca === undefined ? {} : { ca }),
    ...(auth.type === 'oauth2' ? { token: tokenOf(world, auth, options) } : {}),
  });
}

/** The headers and parameters of every call. The token of OAuth 2 is added later. */
export function credentialIn({ headers = {}, auth }: HttpJsonOptions): Credential {
  if (auth.type === 'oauth2') return { headers, query: {} };
  const credential = credentialOf(auth);
  return { ...credential, headers: { ...headers, ...credential.headers } };
}

function classify(answer: JsonAnswer, { success, auth }: HttpJsonOptions): AnswerVerdict | null {
  if (answer.status === 401 && auth.type === 'oauth2') return { is: 'token_expired' };
  if (answer.status >= 300 || answer.body === undefined || !success) return null;
  const value = pickPath(answer.body, success.path);
  // The status still counts: 202 means that the list is not ready.
  if (isValue(value, success.equals)) return null;
  const message = success.message === undefined ? '' : asText(pickPath(answer.body, success.message));
  const said = `${answer.api} answers ${success.path} = ${asText(value)} ${message}`.trim();
  return { is: 'failed', error: new SourceReadError(`${said}, which is an error by the success rule.`) };
}

/** A short text, and never a whole answer, because an answer contains personal data. */
function asText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return text.length > 200 ? `${firstCharacters(text, 200)}…` : text;
}

type ClientAuth = Extract<Auth, { type: 'oauth2' }>;

/** RFC 6749, 2.3.1: both parts are form-encoded. */
const clientBasicOf = ({ clientId, clientSecret }: ClientAuth): string =>
  basicOf(encodeURIComponent(clientId), encodeURIComponent(clientSecret));

const clientSecretsOf = (auth: ClientAuth): readonly string[] => [
  auth.clientSecret,
  clientBasicOf(auth).slice('Basic '.length),
];

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().default(300),
});

/** RFC 6749, 4.4; the issuer may be on another host than the API. */
function tokenOf(world: JsonWorld, auth: ClientAuth, { ca }: HttpJsonOptions): TokenSource {
  return {
    credential: JSON.stringify(auth),
    put: (call, token) => ({ ...call, headers: { ...call.headers, authorization: `Bearer ${token}` } }),
    async fetch() {
      const { origin, pathname, searchParams } = new URL(auth.tokenUrl);
      const issuer = createJsonClient(world, {
        ...{ provider: 'http-json', baseUrl: origin, credential: auth.clientId, secrets: clientSecretsOf(auth) },
        ...{ signal: new AbortController().signal, connections: 1, classify: judgeIssuer },
        ...(ca === undefined ? {} : { ca }),
      });
      try {
        const { body } = await issuer.call(tokenCall(auth, pathname, searchParams));
        const parsed = tokenAnswer.safeParse(body);
        if (!parsed.success) throw new SourceReadError('The answer of the token address has no access_token.');
        return { token: parsed.data.access_token, expiresInMs: parsed.data.expires_in * 1_000 };
      } finally {
        await issuer.close();
      }
    },
  };
}

/** RFC 6749, 5.2: a refused client is answered with 400 or 401 and a code. */
function judgeIssuer({ status, body }: JsonAnswer): AnswerVerdict | null {
  if (status !== 400 && status !== 401) return null;
  const code = asText(pickPath(body, 'error'));
  const error = new SourceAuthError(
    `The token address refuses the client (${code}): check client ID, secret and scope.`,
  );
  return { is: 'failed', error };
}

function tokenCall(auth: ClientAuth, path: string, query: URLSearchParams): JsonCall {
  const { clientId, clientSecret, scope, sendAs } = auth;
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) });
  if (sendAs === 'body') form.set('client_id', clientId);
  if (sendAs === 'body') form.set('client_secret', clientSecret);
  const basic = clientBasicOf(auth);
  return {
    ...{ api: 'token', method: 'POST', path, query: Object.fromEntries(query), body: form },
    ...(sendAs === 'basic' ? { headers: { authorization: basic } } : {}),
  };
}
