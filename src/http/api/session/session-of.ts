import { RequestError } from '../../../domain/errors.js';
import type { Principal, PrincipalSession } from '../../../access/accounts/principal.js';
import type { Request } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';
import type { Account } from '../../../access/accounts/account.store.js';
import { checkSignIn } from '../../../access/sessions/check-sign-in.js';
import type { Call } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';
import type { z } from 'zod';
import { DEFAULT_SESSION_LIMITS } from '../../../access/authenticator.js';
import type { FactorProof } from '../../../access/second-factor/check-second-factor.js';
import { browserName, startSession } from '../../../access/sessions/start-session.js';
import { dutyOf } from '../../../access/sessions/duty.js';
import { readSessionCookie, setSessionCookie } from '../../core/session-cookie.js';
import { findSession } from '../../../access/sessions/session.store.js';
import { csrfTokenOf, hashSessionToken } from '../../../access/sessions/session-token.js';
import type { signedInSchema } from './session-schema.js';

/**
 * The session of the caller.
 * @param otherwise message for an API key.
 * @throws RequestError `forbidden` for a key.
 */
export function sessionOf({ session }: Principal, otherwise: string): PrincipalSession {
  if (session) return session;
  throw new RequestError(403, 'forbidden', otherwise);
}

/** As the stores name a session. */
export function sessionHashOf({ hash }: PrincipalSession): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(hash, 'hex'));
}

/**
 * The session of a person who signed in with a password: only such a one has a password and a second factor here.
 * @throws RequestError `forbidden` for a key, `no_password` for a person of a provider.
 */
export function passwordSessionOf(principal: Principal): PrincipalSession {
  const session = sessionOf(principal, 'A key has no password: create another key and revoke this one.');
  if (principal.via === 'password') return session;
  throw new RequestError(
    403,
    'no_password',
    'You sign in at your identity provider: change password and second factor there.',
  );
}

/** The password of a signed-in user, given again, and the name of its field. */
interface AgainGiven {
  readonly call: Pick<Call<unknown, unknown, unknown>, 'principal' | 'request'>;
  readonly password: string;
  readonly field: string;
}

/**
 * Asks for the password of the signed-in account once more. As slow and as limited as signing in: a stolen session is
 * no place to guess.
 * @throws RequestError `wrong_password`, `sign_in_locked`, `password_expired`.
 */
export async function proveAgain(deps: HttpDeps, { call, password, field }: AgainGiven): Promise<Account> {
  const { principal, request } = call;
  try {
    return await checkSignIn(deps, { username: principal.name, password, address: countedAddress(request) });
  } catch (error) {
    const isWrong = error instanceof RequestError && error.code === 'sign_in_failed';
    throw isWrong ? wrongPassword(field) : error;
  }
}

/** Where a request comes from, as failed tries are counted: IPv6 as its network. */
export function countedAddress(request: Request): string {
  return ipKeyGenerator(request.ip ?? '');
}

/** The refusal of a password that was given again and is wrong, or was not given. */
export function wrongPassword(field: string): RequestError {
  const message = 'The current password is wrong.';
  return new RequestError(422, 'wrong_password', message, [{ path: field, message }]);
}

/** A person who proved a password, and perhaps a second factor. */
interface Proved {
  readonly account: Pick<Account, 'id' | 'role'>;
  readonly secondFactor: FactorProof | null;
  readonly request: Request;
  readonly address: string | null;
}

/** Gives a browser a new session that replaces its old one. @returns the body of the response. */
export async function beginSession(deps: HttpDeps, proved: Proved): Promise<z.output<typeof signedInSchema>> {
  const { account, secondFactor, request, address } = proved;
  const publicUrl = deps.settings.publicUrl ?? null;
  const { lifeMs, idleMs } = deps.settings.sessions ?? DEFAULT_SESSION_LIMITS;
  const { token, expiresAt } = await startSession(deps.db, {
    ...{ accountId: account.id, via: 'password', role: account.role, secondFactor },
    browser: browserName(request.get('User-Agent')),
    ...{ address, lifeMs, formerToken: readSessionCookie(request, publicUrl) },
  });
  // Read as every later request reads it, so that both agree on what it owes.
  const row = await findSession(deps.db.prisma, hashSessionToken(token), idleMs);
  if (!row) throw new RequestError(401, 'sign_in_failed', 'The account is disabled.');
  setSessionCookie(request, token, publicUrl);
  const { accountId: id, username, role, via } = row;
  const owes = dutyOf(row, deps.settings.secondFactor);
  return { user: { id, username, role, via }, csrfToken: csrfTokenOf(token), expiresAt: expiresAt.toISOString(), owes };
}
