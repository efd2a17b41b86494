import type { Request } from 'express';
import { RequestError } from '../../domain/errors.js';
import type { Authenticator } from '../../access/authenticator.js';
import type { Principal } from '../../access/accounts/principal.js';
import { checkCsrf } from './csrf.js';
import { readSessionCookie } from './session-cookie.js';

/** What telling callers apart needs. */
export interface IdentifyOptions {
  readonly authenticator: Authenticator;
  /** The address that people use, where it is known. */
  readonly publicUrl: string | null;
}

/**
 * Reads the caller's key from `Authorization: Bearer …`, else the session from its cookie. A request with a wrong key
 * is never let in by a cookie.
 * @throws RequestError `unauthenticated`, the same for a missing and a wrong key; `csrf_refused`.
 */
export async function identify(request: Request, { authenticator, publicUrl }: IdentifyOptions): Promise<Principal> {
  const { authorization } = request.headers;
  const principal =
    authorization === undefined
      ? await ofCookie(request, { authenticator, publicUrl })
      : await ofKey(authorization, authenticator);
  if (!principal) throw new RequestError(401, 'unauthenticated', 'Send a valid API key as a Bearer token, or sign in.');
  if (principal.session) checkCsrf(request, principal.session, publicUrl);
  return principal;
}

async function ofKey(authorization: string, authenticator: Authenticator): Promise<Principal | null> {
  const [, text] = /^Bearer +([^\s]+)$/i.exec(authorization) ?? [];
  return text === undefined ? null : authenticator.authenticate(text);
}

async function ofCookie(request: Request, { authenticator, publicUrl }: IdentifyOptions): Promise<Principal | null> {
  const token = readSessionCookie(request, publicUrl);
  return token === null ? null : authenticator.authenticateSession(token);
}
