import type { Request } from 'express';
import { RequestError } from '../../domain/errors.js';
import type { Authenticator } from './authenticator.js';
import type { Principal } from './principal.js';

/**
 * Reads the caller's key from `Authorization: Bearer …`.
 * @throws RequestError `unauthenticated`, the same for a missing and a wrong key.
 */
export async function identify(request: Request, authenticator: Authenticator): Promise<Principal> {
  const [, text] = /^Bearer +([^\s]+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const principal = text === undefined ? null : await authenticator.authenticate(text);
  if (!principal) throw new RequestError(401, 'unauthenticated', 'Send a valid API key as a Bearer token.');
  return principal;
}
