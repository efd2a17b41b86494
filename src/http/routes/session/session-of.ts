import { RequestError } from '../../../domain/errors.js';
import type { Principal, PrincipalSession } from '../../auth/principal.js';

/**
 * The session of who calls.
 * @param otherwise what a key is told.
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
