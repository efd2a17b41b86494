import { ipKeyGenerator } from 'express-rate-limit';
import { RequestError } from '../../../domain/errors.js';
import type { Account } from '../../auth/account.store.js';
import { checkSignIn } from '../../auth/check-sign-in.js';
import type { Principal, PrincipalSession } from '../../auth/principal.js';
import type { Call } from '../../define-route.js';
import type { HttpDeps } from '../../http-deps.js';

/** A password that somebody who is signed in gives again, and the name of its field. */
export interface AgainGiven {
  readonly call: Pick<Call<unknown, unknown, unknown>, 'principal' | 'request'>;
  readonly password: string;
  readonly field: string;
}

/**
 * Wants the password of who is signed in once more. As slow and as limited as signing in: a stolen session is no place
 * to guess.
 * @throws RequestError `wrong_password`, `sign_in_locked`.
 */
export async function proveAgain(deps: HttpDeps, { call, password, field }: AgainGiven): Promise<Account> {
  const { principal, request } = call;
  const address = ipKeyGenerator(request.ip ?? '');
  try {
    return await checkSignIn(deps, { username: principal.name, password, address });
  } catch (error) {
    const isWrong = error instanceof RequestError && error.code === 'sign_in_failed';
    throw isWrong ? wrongPassword(field) : error;
  }
}

/** The refusal of a password that was given again and is wrong, or was not given. */
export function wrongPassword(field: string): RequestError {
  const message = 'The current password is wrong.';
  return new RequestError(422, 'wrong_password', message, [{ path: field, message }]);
}

/**
 * The session of who calls.
 * @throws RequestError `forbidden` for a key.
 */
export function sessionOf({ session }: Principal, otherwise: string): PrincipalSession {
  if (session) return session;
  throw new RequestError(403, 'forbidden', otherwise);
}
