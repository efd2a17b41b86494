import { RequestError } from '../../../domain/errors.js';
import type { Principal, PrincipalSession } from '../../../access/accounts/principal.js';

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
