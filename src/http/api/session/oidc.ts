import type { Request } from 'express';
import { z } from 'zod';
import { RequestError } from '../../../domain/errors.js';
import { accountOfPerson } from '../../../access/accounts/account.store.js';
import { DEFAULT_SESSION_LIMITS } from '../../../access/authenticator.js';
import {
  browserName,
  type SessionStart,
  type StartedSession,
  startSession,
} from '../../../access/sessions/start-session.js';
import {
  createOidcClient,
  type OidcClient,
  type OidcTrip,
  type OidcVisitor,
} from '../../../access/oidc/oidc-client.js';
import type { Role } from '../../../access/accounts/principal.js';
import { safeReturnTo } from '../../../access/oidc/oidc-settings.js';
import { cookieOptions, readCookie, readSessionCookie, setSessionCookie } from '../../core/session-cookie.js';
import { defineRoute, type Reply, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { OIDC_PATH } from './sign-in-options.js';

/** Binds the way to the provider and back to one browser. Its owner may read it. */
const TRIP_COOKIE = 'rollcall_oidc';
const SECURE_TRIP_COOKIE = `__Secure-${TRIP_COOKIE}`;
const TRIP_MS = 600_000;

const shared = { method: 'get', role: 'open', narrowed: 'allowed', tag: 'Session' } as const;

const tripSchema = z.object({
  state: z.string().min(20),
  nonce: z.string().min(20),
  verifier: z.string().min(40),
  returnTo: z.string(),
});

/** Sign-in by OpenID Connect: there, and back. Without a provider both say so. */
export function oidcRoutes(deps: HttpDeps): readonly Route[] {
  const { oidc = null, publicUrl = null } = deps.settings;
  const redirectUri = publicUrl === null ? null : new URL(`${OIDC_PATH}/callback`, publicUrl).href;
  const client = oidc && redirectUri !== null ? createOidcClient(oidc, redirectUri) : null;
  return [begin(deps, client), finish(deps, client)];
}

function begin({ settings }: HttpDeps, client: OidcClient | null): Route {
  return defineRoute({
    ...shared,
    id: 'beginOidc',
    path: '/session/oidc',
    summary: 'Redirect to the identity provider to sign in',
    query: z.strictObject({
      returnTo: z.string().max(2_000).optional().describe('A path of this server to open after the sign-in.'),
    }),
    replies: { 302: { description: 'Redirect to the provider.' }, 404: { description: '`oidc_off`.' } },
    handle: ({ query, request, response }) =>
      toThePage(request, async () => {
        const { url, trip } = await on(client).begin(safeReturnTo(query.returnTo));
        const value = Buffer.from(JSON.stringify(trip)).toString('base64url');
        response.cookie(tripCookieName(request, settings.publicUrl), value, {
          ...tripCookie(request, settings.publicUrl),
          maxAge: TRIP_MS,
        });
        return { status: 302, headers: { Location: url.href } };
      }),
  });
}

function finish(deps: HttpDeps, client: OidcClient | null): Route {
  const publicUrl = deps.settings.publicUrl ?? null;
  return defineRoute({
    ...shared,
    id: 'finishOidc',
    path: '/session/oidc/callback',
    staysOpen: 'signIn',
    summary: 'Receive the answer of the identity provider',
    // Whatever the provider adds; openid-client checks it.
    query: z.looseObject({ code: z.string().optional(), state: z.string().optional() }),
    replies: {
      302: {
        description:
          'Signed in: redirect to the page where the sign-in started. Refused: redirect to the sign-in page.',
      },
      401: { description: '`oidc_refused`: sign in again.' },
      403: {
        description:
          '`oidc_no_role`: the user has none of the configured roles. `oidc_too_weak`: the sign-in at the provider is not strong enough.',
      },
      429: { description: '`too_many_open`: wait for the time in Retry-After.' },
    },
    handle: ({ request, response, requester: { address } }) =>
      toThePage(request, async () => {
        const trip = readTrip(request, publicUrl);
        response.clearCookie(tripCookieName(request, publicUrl), tripCookie(request, publicUrl));
        const visitor = await visit(deps, on(client), { trip, query: new URL(request.originalUrl, 'http://x').search });
        const { token } = await letIn(deps, visitor, {
          ...{ address, browser: browserName(request.get('User-Agent')) },
          formerToken: readSessionCookie(request, publicUrl),
        });
        setSessionCookie(request, token, publicUrl);
        return { status: 302, headers: { Location: safeReturnTo(trip?.returnTo) } };
      }),
  });
}

/**
 * A browser is redirected to the sign-in page, which shows why sign-in was refused; other clients get the problem.
 * Only our own codes go into the address.
 */
async function toThePage(request: Request, work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RequestError) || request.accepts(['json', 'html']) !== 'html') throw error;
    return { status: 302, headers: { Location: `/?signInError=${error.code}` } };
  }
}

function on(client: OidcClient | null): OidcClient {
  if (client) return client;
  throw new RequestError(404, 'oidc_off', 'No identity provider is configured.');
}

async function visit(
  { logger }: HttpDeps,
  client: OidcClient,
  back: { readonly trip: OidcTrip | null; readonly query: string },
): Promise<OidcVisitor & { readonly role: Role }> {
  if (!back.trip) throw new RequestError(401, 'oidc_refused', 'This browser has not started a sign-in. Sign in again.');
  const visitor = await client.finish(back.query, back.trip).catch((error: unknown) => {
    // The library's codes and claims' names; tokens and values stay out of it.
    if (error instanceof RequestError) logger.warn('sign-in by OpenID Connect failed', { cause: codeOf(error.cause) });
    throw error;
  });
  if (visitor.role !== null) return { ...visitor, role: visitor.role };
  logger.warn('sign-in by OpenID Connect without a role');
  throw new RequestError(403, 'oidc_no_role', 'Your account at the identity provider has no role here.');
}

async function letIn(
  { db, settings }: HttpDeps,
  visitor: OidcVisitor & { readonly role: Role },
  from: Pick<SessionStart, 'address' | 'browser' | 'formerToken'>,
): Promise<StartedSession> {
  const { id, disabledAt } = await accountOfPerson(db.prisma, visitor);
  if (disabledAt !== null) throw new RequestError(403, 'forbidden', 'This account is disabled.');
  const { lifeMs } = settings.sessions ?? DEFAULT_SESSION_LIMITS;
  return startSession(db, { accountId: id, via: 'oidc', role: visitor.role, lifeMs, ...from });
}

function readTrip(request: Request, publicUrl: string | null): OidcTrip | null {
  const cookie = readCookie(request, tripCookieName(request, publicUrl));
  if (cookie === null || cookie.length > 4_096) return null;
  try {
    return tripSchema.parse(JSON.parse(Buffer.from(cookie, 'base64url').toString('utf8')));
  } catch {
    return null;
  }
}

function tripCookieName(request: Request, publicUrl: string | null | undefined): string {
  return tripCookie(request, publicUrl).secure ? SECURE_TRIP_COOKIE : TRIP_COOKIE;
}

function tripCookie(request: Request, publicUrl: string | null | undefined) {
  return { ...cookieOptions(request, publicUrl ?? null), path: OIDC_PATH };
}

function codeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown';
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name;
}
