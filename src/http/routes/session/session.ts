import type { Request } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';
import { z } from 'zod';
import { RequestError } from '../../../domain/errors.js';
import { inTransaction } from '../../../platform/db.js';
import { recordAudit } from '../../../tasks/audit.store.js';
import { DEFAULT_SESSION_LIMITS } from '../../auth/authenticator.js';
import { browserName } from '../../auth/browser-name.js';
import { checkSignIn } from '../../auth/check-sign-in.js';
import { isForeignOrigin } from '../../auth/is-own-origin.js';
import { actorOf, type Principal } from '../../auth/principal.js';
import { clearSessionCookie, readSessionCookie, setSessionCookie } from '../../auth/session-cookie.js';
import { endSession } from '../../auth/session.store.js';
import { csrfTokenOf } from '../../auth/session-token.js';
import { startSession } from '../../auth/start-session.js';
import { defineRoute, type Route } from '../../define-route.js';
import type { HttpDeps } from '../../http-deps.js';
import { ownPasswordRoute } from './own-password.js';
import { callerSchema, signedInSchema } from './session-schema.js';

/** A person's session: sign in, who am I, sign out. */
export function sessionRoutes(deps: HttpDeps): readonly Route[] {
  return [signIn(deps), read(), signOut(deps), ownPasswordRoute(deps)];
}

const shared = { path: '/session', narrowed: 'allowed', tag: 'Session' } as const;

function signIn(deps: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'signIn',
    method: 'post',
    role: 'open',
    summary: 'Sign in with a username and a password; the session comes as a cookie',
    body: {
      schema: z.strictObject({ username: z.string().min(1).max(255), password: z.string().min(1).max(1_024) }),
      limitBytes: 16_384,
    },
    replies: {
      200: { description: 'Signed in; `Set-Cookie` has the session.', schema: signedInSchema },
      401: { description: '`sign_in_failed`: the same whatever is wrong.' },
      403: { description: '`csrf_refused`: from a page of another site.' },
      429: { description: '`sign_in_locked`: too many failed tries, wait as Retry-After says.' },
    },
    async handle({ body, request, requester }) {
      const publicUrl = deps.settings.publicUrl ?? null;
      if (isForeignOrigin(request.headers, publicUrl))
        throw new RequestError(403, 'csrf_refused', 'Nobody is signed in from a page of another site.');
      const account = await checkSignIn(deps, { ...body, address: countedAddress(request) });
      const { token, expiresAt } = await startSession(deps.db, {
        ...{ accountId: account.id, via: 'password', role: account.role, address: requester.address },
        browser: browserName(request.get('User-Agent')),
        ...{ lifeMs: lifeOf(deps), formerToken: readSessionCookie(request, publicUrl) },
      });
      setSessionCookie(request, token, publicUrl);
      const user = { id: account.id, username: account.username, role: account.role, via: 'password' as const };
      return { status: 200, body: { user, csrfToken: csrfTokenOf(token), expiresAt: expiresAt.toISOString() } };
    },
  });
}

function read(): Route {
  return defineRoute({
    ...shared,
    id: 'readSession',
    method: 'get',
    role: 'known',
    summary: 'Who calls, by a session or by a key',
    replies: { 200: { description: 'The caller.', schema: callerSchema } },
    handle: ({ principal }) => ({ status: 200, body: viewCaller(principal) }),
  });
}

function signOut({ db, settings }: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'signOut',
    method: 'delete',
    role: 'known',
    summary: 'Sign out; the session ends everywhere within a second',
    replies: { 204: { description: 'Signed out.' } },
    async handle({ principal, request, requester: { address } }) {
      const { session } = principal;
      if (!session) throw new RequestError(403, 'forbidden', 'A key does not sign out: revoke it.');
      await inTransaction(db, async (tx) => {
        await endSession(tx, new Uint8Array(Buffer.from(session.hash, 'hex')));
        const deed = { actor: actorOf(principal), objectType: 'account', objectId: principal.id, address };
        await recordAudit(tx, { ...deed, action: 'session.end' });
      });
      clearSessionCookie(request, settings.publicUrl ?? null);
      return { status: 204 };
    },
  });
}

function lifeOf({ settings }: HttpDeps): number {
  return (settings.sessions ?? DEFAULT_SESSION_LIMITS).lifeMs;
}

function countedAddress(request: Request): string {
  return ipKeyGenerator(request.ip ?? '');
}

function viewCaller(principal: Principal): z.output<typeof callerSchema> {
  const { id, name, role, via, sourceId, pushOnly, session } = principal;
  const narrowed = { ...(sourceId === null ? {} : { sourceId }), ...(pushOnly ? { pushOnly } : {}) };
  const user = via === 'key' ? { keyId: id, name, role, via, ...narrowed } : { id, username: name, role, via };
  return { user, csrfToken: session?.csrfToken ?? null, expiresAt: session?.expiresAt.toISOString() ?? null };
}
