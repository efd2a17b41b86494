import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An OpenID provider on loopback, which signs what a test asks for, wrong tokens too. */
export interface OidcProvider {
  readonly issuer: string;
  /** Claims of the next ID token, on top of the right ones; a header replaces the right one. */
  next: { readonly claims?: Record<string, unknown>; readonly forged?: boolean; readonly alg?: 'none' };
  /** What the last browser was sent along with. */
  readonly lastAsked: () => URLSearchParams;
  /** Answers of the token endpoint so far. */
  readonly issued: () => number;
  stop(): Promise<void>;
}

/** Starts a provider that knows one client. */
export async function startOidcProvider(client: {
  readonly id: string;
  readonly secret: string;
}): Promise<OidcProvider> {
  const [own, forger] = [newKey(), newKey()];
  const codes = new Map<string, { nonce: string; challenge: string; redirect: string }>();
  let issued = 0;
  let lastAsked = new URLSearchParams();
  const provider = { next: {} as OidcProvider['next'] };
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', issuer);
    if (url.pathname === '/.well-known/openid-configuration') return json(response, 200, discoveryOf(issuer));
    if (url.pathname === '/jwks') return json(response, 200, { keys: [{ ...own.jwk, kid: 'k1', use: 'sig' }] });
    if (url.pathname === '/authorize') return authorize(url.searchParams, response);
    if (url.pathname === '/token') return token(new URLSearchParams(await textOf(request)), request, response);
    json(response, 404, {});
  }

  /** No form is shown: every request is signed in. */
  function authorize(query: URLSearchParams, response: ServerResponse): void {
    lastAsked = query;
    const code = randomBytes(16).toString('hex');
    const redirect = query.get('redirect_uri') ?? '';
    codes.set(code, { nonce: query.get('nonce') ?? '', challenge: query.get('code_challenge') ?? '', redirect });
    const back = new URL(redirect);
    back.search = new URLSearchParams({ code, state: query.get('state') ?? '', iss: issuer }).toString();
    response.writeHead(302, { Location: back.href }).end();
  }

  function token(form: URLSearchParams, request: IncomingMessage, response: ServerResponse): void {
    const basic = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`;
    const code = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (request.headers.authorization !== basic) return json(response, 401, { error: 'invalid_client' });
    if (!code || code.challenge !== challenge || code.redirect !== form.get('redirect_uri'))
      return json(response, 400, { error: 'invalid_grant' });
    issued += 1;
    const now = Math.floor(Date.now() / 1_000);
    const right = { iss: issuer, aud: client.id, sub: 'sub-1', nonce: code.nonce, iat: now, exp: now + 60 };
    const { claims = {}, forged = false, alg } = provider.next;
    const id_token = jwt({ ...right, ...claims }, forged ? forger.key : own.key, alg);
    json(response, 200, {
      access_token: randomBytes(8).toString('hex'),
      token_type: 'Bearer',
      expires_in: 60,
      id_token,
    });
  }

  return Object.assign(provider, {
    issuer,
    issued: () => issued,
    lastAsked: () => lastAsked,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

function discoveryOf(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    authorization_response_iss_parameter_supported: true,
  };
}

function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { key: privateKey, jwk: publicKey.export({ format: 'jwk' }) };
}

function jwt(claims: Record<string, unknown>, key: KeyObject, alg: 'RS256' | 'none' = 'RS256'): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = `${part({ alg, kid: 'k1', typ: 'JWT' })}.${part(claims)}`;
  return `${body}.${alg === 'none' ? '' : sign('sha256', Buffer.from(body), key).toString('base64url')}`;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
