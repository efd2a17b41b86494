import { z } from 'zod';
import { RequestError } from '../../../domain/errors.js';
import { inTransaction, type Tx } from '../../../platform/db.js';
import { recordAudit } from '../../../audit/audit.store.js';
import { DEFAULT_SESSION_LIMITS } from '../../../access/authenticator.js';
import {
  endOtherSessions,
  endOwnSession,
  listOwnSessions,
  type OwnSession,
} from '../../../access/sessions/session.store.js';
import { actorOf, type Principal } from '../../../access/accounts/principal.js';
import { clearSessionCookie } from '../../core/session-cookie.js';
import { type Call, defineRoute, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { proveAgain, sessionHashOf, sessionOf, wrongPassword } from './session-of.js';

/** How long after a sign-in at a provider no further proof is needed. */
const JUST_NOW_MS = 10 * 60_000;

const shared = { role: 'known', narrowed: 'allowed', tag: 'Session' } as const;
const NO_SESSIONS = 'A key has no sessions.';

const time = z.iso.datetime();
const ownSessionSchema = z
  .object({
    id: z.uuid().describe('Id of the session; not a secret.'),
    via: z.enum(['password', 'oidc']),
    address: z.string().nullable().describe('Address from which the user signed in.'),
    browser: z
      .string()
      .nullable()
      .describe('Browser and system, from the User-Agent of the sign-in: `Firefox, Linux`.'),
    createdAt: time,
    lastSeenAt: time.describe('Rounded to a minute.'),
    expiresAt: time.describe('When the session ends; earlier if it is not used.'),
    isCurrent: z.boolean().describe('Whether it is the session of this request.'),
  })
  .meta({ id: 'OwnSession' });

const againSchema = z.strictObject({
  password: z
    .string()
    .min(1)
    .max(1_024)
    .optional()
    .describe(
      'Your password again. If you sign in at a provider, omit it and sign in again within the 10 minutes before.',
    ),
});
const proof = { schema: againSchema, required: false, limitBytes: 16_384 } as const;
const refusals = {
  403: {
    description: '`forbidden`: a key has no sessions. `sign_in_again`: at your provider, then within 10 minutes.',
  },
  422: { description: '`wrong_password`.' },
  429: { description: '`sign_in_locked`: too many failed attempts, wait for the time in Retry-After.' },
};

/** A user lists the own sessions, and ends any or all others after authenticating again (ASVS 7.5.2). */
export function ownSessionRoutes(deps: HttpDeps): readonly Route[] {
  return [list(deps), end(deps), endOthers(deps)];
}

function list({ db, settings }: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'listOwnSessions',
    method: 'get',
    path: '/sessions',
    summary: 'List your active sessions, most recently used first',
    replies: {
      200: { description: 'All your sessions, at most ten.', schema: z.object({ items: z.array(ownSessionSchema) }) },
      403: { description: '`forbidden`: a key has no sessions.' },
    },
    async handle({ principal }) {
      const { idleMs } = settings.sessions ?? DEFAULT_SESSION_LIMITS;
      const rows = await listOwnSessions(db.prisma, { ...ownOf(principal), idleMs });
      return { status: 200, body: { items: rows.map(view) } };
    },
  });
}

function end(deps: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'endOwnSession',
    method: 'post',
    path: '/sessions/{id}/end',
    summary: 'End one of your sessions, in every process within a second',
    params: z.object({ id: z.uuid() }),
    missing: 'session_not_found',
    body: proof,
    replies: { 204: { description: 'Ended.' }, 404: { description: '`session_not_found`.' }, ...refusals },
    async handle(call) {
      const { accountId } = ownOf(call.principal);
      const { id } = call.params;
      const here = await prove(deps, call);
      await inTransaction(deps.db, async (tx) => {
        if (!(await endOwnSession(tx, { accountId, id })))
          throw new RequestError(404, 'session_not_found', 'You have no such session.');
        await record(tx, call, { session: id });
      });
      if (here?.id === id) clearSessionCookie(call.request, deps.settings.publicUrl ?? null);
      return { status: 204 };
    },
  });
}

function endOthers(deps: HttpDeps): Route {
  return defineRoute({
    ...shared,
    id: 'endOtherSessions',
    method: 'post',
    path: '/sessions/end-others',
    summary: 'End all your sessions except this one, in every process within a second',
    body: proof,
    replies: {
      200: {
        description: 'The number of ended sessions.',
        schema: z.object({ ended: z.int() }).meta({ id: 'EndedSessions' }),
      },
      ...refusals,
    },
    async handle(call) {
      const { accountId, current } = ownOf(call.principal);
      await prove(deps, call);
      const ended = await inTransaction(deps.db, async (tx) => {
        const sessions = await endOtherSessions(tx, accountId, current);
        await record(tx, call, { sessions });
        return sessions;
      });
      return { status: 200, body: { ended } };
    },
  });
}

/** @returns the session that calls; undefined when it ended just now. */
async function prove(
  deps: HttpDeps,
  call: Call<unknown, unknown, z.output<typeof againSchema>>,
): Promise<OwnSession | undefined> {
  const { principal, body } = call;
  const { idleMs } = deps.settings.sessions ?? DEFAULT_SESSION_LIMITS;
  const own = await listOwnSessions(deps.db.prisma, { ...ownOf(principal), idleMs });
  const here = own.find(({ isCurrent }) => isCurrent);
  if (principal.via === 'password') {
    if (body.password === undefined) throw wrongPassword('password');
    await proveAgain(deps, { call, password: body.password, field: 'password' });
    return here;
  }
  if (here && Date.now() - here.createdAt.getTime() < JUST_NOW_MS) return here;
  throw new RequestError(
    403,
    'sign_in_again',
    'Sign out and in again at your provider, then end it within 10 minutes.',
  );
}

/** @throws RequestError `forbidden` for a key. */
function ownOf(principal: Principal) {
  const session = sessionOf(principal, NO_SESSIONS);
  return { accountId: principal.id, current: sessionHashOf(session) };
}

function view({ createdAt, lastSeenAt, expiresAt, ...row }: OwnSession): z.output<typeof ownSessionSchema> {
  const times = { createdAt: createdAt.toISOString(), lastSeenAt: lastSeenAt.toISOString() };
  return { ...row, ...times, expiresAt: expiresAt.toISOString() };
}

function record(
  tx: Tx,
  { principal, requester: { address } }: Pick<Call<unknown, unknown, unknown>, 'principal' | 'requester'>,
  detail: Readonly<Record<string, string | number>>,
) {
  const deed = { actor: actorOf(principal), objectType: 'account', objectId: principal.id, address };
  return recordAudit(tx, { ...deed, action: 'session.end', detail });
}
