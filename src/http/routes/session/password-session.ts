import { RequestError } from '../../../domain/errors.js';
import type { Principal, PrincipalSession } from '../../auth/principal.js';
import { sessionOf } from './session-of.js';

/**
 * The session of a person who signed in with a password: only such a one has a password and a second factor here.
 * @throws RequestError `forbidden` for a key, `no_password` for a person of a provider.
 */
export function passwordSessionOf(principal: Principal): PrincipalSession {
  const session = sessionOf(principal, 'A key has no password: make another one and revoke it.');
  if (principal.via === 'password') return session;
  throw new RequestError(
    403,
    'no_password',
    'You sign in at your identity provider: password and second factor are there.',
  );
}
