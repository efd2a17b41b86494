import type { Request } from 'express';
import type { z } from 'zod';
import { RequestError } from '../../../domain/errors.js';
import type { Account } from '../../../access/accounts/account.store.js';
import { DEFAULT_SESSION_LIMITS } from '../../../access/authenticator.js';
import type { FactorProof } from '../../../access/second-factor/check-second-factor.js';
import { browserName } from '../../../access/sessions/browser-name.js';
import { dutyOf } from '../../../access/sessions/duty.js';
import { readSessionCookie, setSessionCookie } from '../../core/session-cookie.js';
import { findSession } from '../../../access/sessions/session.store.js';
import { csrfTokenOf, hashSessionToken } from '../../../access/sessions/session-token.js';
import { startSession } from '../../../access/sessions/start-session.js';
import type { HttpDeps } from '../../core/http-deps.js';
import type { signedInSchema } from './session-schema.js';

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
