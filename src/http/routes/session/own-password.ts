import { ipKeyGenerator } from 'express-rate-limit';
import { z } from 'zod';
import { RequestError } from '../../../domain/errors.js';
import { inTransaction } from '../../../platform/db.js';
import { recordAudit } from '../../../tasks/audit.store.js';
import { accountForHash, setPassword } from '../../auth/account.store.js';
import { checkSignIn, type Credentials } from '../../auth/check-sign-in.js';
import { checkNewPassword } from '../../auth/check-new-password.js';
import { hashPassword } from '../../auth/password-hash.js';
import { actorOf, type Principal } from '../../auth/principal.js';
import { endOtherSessions } from '../../auth/session.store.js';
import { type Call, defineRoute, type Reply, type Route } from '../../define-route.js';
import type { HttpDeps } from '../../http-deps.js';

const password = z.string().min(1).max(1_024);
const bodySchema = z.strictObject({
  current: password.describe('The password that holds now.'),
  next: password.describe('The one to be: 12 characters or more, none of the common ones.'),
});

/** A person changes the own password; every other session of the account ends (ASVS 6.2.2, 6.2.3, 7.4.3). */
export function ownPasswordRoute(deps: HttpDeps): Route {
  return defineRoute({
    id: 'changeOwnPassword',
    method: 'post',
    path: '/session/password',
    role: 'known',
    narrowed: 'allowed',
    tag: 'Session',
    summary: 'Change your own password; every other session of yours ends',
    body: { schema: bodySchema, limitBytes: 16_384 },
    replies: {
      204: { description: 'Changed.' },
      403: { description: '`forbidden`: a key has no password. `no_password`: you sign in at your provider.' },
      422: { description: '`wrong_password`, `weak_password`.' },
      429: { description: '`sign_in_locked`: too many failed tries, wait as Retry-After says.' },
    },
    handle: (call) => change(deps, call),
  });
}

async function change(
  deps: HttpDeps,
  { body, principal, request, requester: { address } }: Call<unknown, unknown, z.output<typeof bodySchema>>,
): Promise<Reply> {
  const session = sessionOf(principal);
  if (body.next === body.current) throw refused('weak_password', 'It is the same as before.', 'next');
  const counted = ipKeyGenerator(request.ip ?? '');
  const { id } = await prove(deps, { username: principal.name, password: body.current, address: counted });
  const fault = await checkNewPassword(deps.passwordRules, { password: body.next, username: principal.name });
  if (fault !== null) throw refused('weak_password', fault, 'next');
  const passwordHash = await hashPassword(body.next);
  await inTransaction(deps.db, async (tx) => {
    const before = await accountForHash(tx, id);
    await setPassword(tx, id, passwordHash);
    const sessions = await endOtherSessions(tx, id, new Uint8Array(Buffer.from(session.hash, 'hex')));
    const deed = {
      actor: actorOf(principal),
      action: 'account.password',
      objectType: 'account',
      objectId: id,
      address,
    };
    await recordAudit(tx, { ...deed, detail: { sessions }, before, after: await accountForHash(tx, id) });
  });
  return { status: 204 };
}

function sessionOf({ session, via }: Principal): NonNullable<Principal['session']> {
  if (!session) throw new RequestError(403, 'forbidden', 'A key has no password: make another one and revoke it.');
  if (via === 'password') return session;
  throw new RequestError(403, 'no_password', 'You sign in at your identity provider: change the password there.');
}

/** As slow and as limited as signing in: a stolen session is no place to guess. */
async function prove(deps: HttpDeps, given: Credentials) {
  try {
    return await checkSignIn(deps, given);
  } catch (error) {
    const isWrong = error instanceof RequestError && error.code === 'sign_in_failed';
    throw isWrong ? refused('wrong_password', 'The current password is wrong.', 'current') : error;
  }
}

function refused(code: string, message: string, path: string): RequestError {
  return new RequestError(422, code, message, [{ path, message }]);
}
