import { z } from 'zod';
import { RequestError } from '../../../domain/errors.js';
import { inTransaction } from '../../../platform/db.js';
import { recordAudit } from '../../../audit/audit.store.js';
import { accountForHash, setPassword } from '../../../access/accounts/account.store.js';
import { checkNewPassword } from '../../../access/passwords/password-rules.js';
import { hashPassword } from '../../../access/passwords/password-hash.js';
import { actorOf } from '../../../access/accounts/principal.js';
import { endOtherSessions } from '../../../access/sessions/session.store.js';
import { type Call, defineRoute, type Reply, type Route } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import { passwordSessionOf, proveAgain, sessionHashOf } from './session-of.js';

const password = z.string().min(1).max(1_024);
const bodySchema = z.strictObject({
  current: password.describe('The current password.'),
  next: password.describe('The new password: 12 characters or more, not a common one.'),
});

/** A person changes the own password; every other session of the account ends (ASVS 6.2.2, 6.2.3, 7.4.3). */
export function ownPasswordRoute(deps: HttpDeps): Route {
  return defineRoute({
    id: 'changeOwnPassword',
    method: 'post',
    path: '/session/password',
    role: 'known',
    duties: ['change_password'],
    narrowed: 'allowed',
    tag: 'Session',
    summary: 'Change your own password; all your other sessions end',
    body: { schema: bodySchema, limitBytes: 16_384 },
    replies: {
      204: { description: 'Changed.' },
      403: { description: '`forbidden`: a key has no password. `no_password`: you sign in at your provider.' },
      422: { description: '`wrong_password`, `weak_password`.' },
      429: { description: '`sign_in_locked`: too many failed attempts, wait for the time in Retry-After.' },
    },
    handle: (call) => change(deps, call),
  });
}

async function change(deps: HttpDeps, call: Call<unknown, unknown, z.output<typeof bodySchema>>): Promise<Reply> {
  const { body, principal, requester } = call;
  const session = passwordSessionOf(principal);
  if (body.next === body.current) throw weak('The new password is the same as the current one.');
  const { id } = await proveAgain(deps, { call, password: body.current, field: 'current' });
  const fault = await checkNewPassword(deps.passwordRules, { password: body.next, username: principal.name });
  if (fault !== null) throw weak(fault);
  const passwordHash = await hashPassword(body.next);
  await inTransaction(deps.db, async (tx) => {
    const before = await accountForHash(tx, id);
    await setPassword(tx, id, { passwordHash, passwordExpiresAt: null });
    const sessions = await endOtherSessions(tx, id, sessionHashOf(session));
    const deed = {
      actor: actorOf(principal),
      action: 'account.password',
      objectType: 'account',
      objectId: id,
      address: requester.address,
    };
    await recordAudit(tx, { ...deed, detail: { sessions }, before, after: await accountForHash(tx, id) });
  });
  return { status: 204 };
}

function weak(message: string): RequestError {
  return new RequestError(422, 'weak_password', message, [{ path: 'next', message }]);
}
