import type { Request } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';
import { RequestError } from '../../../domain/errors.js';
import type { Account } from '../../auth/account.store.js';
import { checkSignIn } from '../../auth/check-sign-in.js';
import type { Principal } from '../../auth/principal.js';
import type { HttpDeps } from '../../http-deps.js';

/** Who says a password, and in which field. */
interface SaidPassword {
  readonly principal: Principal;
  readonly request: Request;
  readonly password: string;
  readonly path: string;
}

/**
 * Asks a signed-in person for the password again, as slowly and as limited as signing in: a stolen session is no place
 * to guess.
 * @throws RequestError `wrong_password`, `sign_in_locked`, `password_expired`.
 */
export async function provePassword(deps: HttpDeps, given: SaidPassword): Promise<Account> {
  const { principal, request, password, path } = given;
  try {
    return await checkSignIn(deps, { username: principal.name, password, address: countedAddress(request) });
  } catch (error) {
    if (!(error instanceof RequestError) || error.code !== 'sign_in_failed') throw error;
    const message = 'The current password is wrong.';
    throw new RequestError(422, 'wrong_password', message, [{ path, message }]);
  }
}

/** Where a request comes from, as failed tries are counted: IPv6 as its network. */
export function countedAddress(request: Request): string {
  return ipKeyGenerator(request.ip ?? '');
}
