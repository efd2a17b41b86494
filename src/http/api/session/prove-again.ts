import type { Request } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';
import { RequestError } from '../../../domain/errors.js';
import type { Account } from '../../../access/accounts/account.store.js';
import { checkSignIn } from '../../../access/sessions/check-sign-in.js';
import type { Call } from '../../core/define-route.js';
import type { HttpDeps } from '../../core/http-deps.js';

/** The password of a signed-in user, given again, and the name of its field. */
export interface AgainGiven {
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
