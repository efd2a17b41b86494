import { z } from 'zod';
import { RequestError } from '../../../domain/errors.js';
import { inTransaction } from '../../../platform/db.js';
import { recordAudit } from '../../../audit/audit.store.js';
import { checkSignIn } from '../../../access/sessions/check-sign-in.js';
import { DUTIES } from '../../../access/sessions/duty.js';
import { isForeignOrigin } from '../../core/csrf.js';
import { actorOf, type Principal } from '../../../access/accounts/principal.js';
import { clearSessionCookie } from '../../core/session-cookie.js';
import { endSession } from '../../../access/sessions/session.store.js';
import { defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { text } from '../../core/text-schema.js';
import { beginSession, countedAddress } from './session-of.js';
import { ownPasswordRoute } from './own-password.js';
import { secondFactorRoutes } from './second-factor.js';
import { callerSchema, signedInSchema } from './session-schema.js';

/** A person's session: sign in, who am I, sign out. */
export function sessionRoutes(deps: HttpDeps): readonly Route[] {
  return [signIn(deps), read(), signOut(deps), ownPasswordRoute(deps), ...secondFactorRoutes(deps)];
}

const shared = { path: '/session', narrowed: 'allowed', tag: 'Session' } as const;

function signIn(deps: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'signIn',
    method: 'post',
    role: 'open',
    summary: 'Sign in with a username and a password; the answer sets a session cookie',
    body: {
      schema: z.strictObject({ username: text({ max: 255 }), password: z.string().min(1).max(1_024) }),
      limitBytes: 16_384,
    },
    replies: {
      200: {
        description: 'Signed in; `Set-Cookie` has the session. `owes` names the step that must be completed first.',
        schema: signedInSchema,
      },
      401: { description: '`sign_in_failed`: the same answer for every cause.' },
      403: { description: '`csrf_refused`: from a page of another site. `password_expired`: ask for a new one.' },
      429: { description: '`sign_in_locked`: too many failed attempts, wait for the time in Retry-After.' },
    },
    async handle({ body, request, requester }) {
      const publicUrl = deps.settings.publicUrl ?? null;
      if (isForeignOrigin(request.headers, publicUrl))
        throw new RequestError(403, 'csrf_refused', 'Sign-in requests from pages of other sites are refused.');
      const account = await checkSignIn(deps, { ...body, address: countedAddress(request) });
      const { address } = requester;
      return { status: 200, body: await beginSession(deps, { account, secondFactor: null, request, address }) };
    },
  });
}

function read(): Route {
  return defineRoute({
    ...shared,
    id: 'readSession',
    method: 'get',
    role: 'known',
    duties: DUTIES,
    summary: 'Read the caller of this request, a session or a key',
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
    duties: DUTIES,
    summary: 'Sign out; the session ends in every process within a second',
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

function viewCaller(principal: Principal): z.output<typeof callerSchema> {
  const { id, name, role, via, sourceId, pushOnly, session } = principal;
  const narrowed = { ...(sourceId === null ? {} : { sourceId }), ...(pushOnly ? { pushOnly } : {}) };
  const user = via === 'key' ? { keyId: id, name, role, via, ...narrowed } : { id, username: name, role, via };
  const { csrfToken = null, expiresAt, owes = null } = session ?? {};
  return { user, csrfToken, expiresAt: expiresAt?.toISOString() ?? null, owes };
}
