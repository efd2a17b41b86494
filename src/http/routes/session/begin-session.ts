import type { Request } from 'express';
import type { z } from 'zod';
import { RequestError } from '../../../domain/errors.js';
import type { Account } from '../../auth/account.store.js';
import { DEFAULT_SESSION_LIMITS } from '../../auth/authenticator.js';
import type { FactorProof } from '../../auth/check-second-factor.js';
import { browserName } from '../../auth/browser-name.js';
import { dutyOf } from '../../auth/duty.js';
import { readSessionCookie, setSessionCookie } from '../../auth/session-cookie.js';
import { findSession } from '../../auth/session.store.js';
import { csrfTokenOf, hashSessionToken } from '../../auth/session-token.js';
import { startSession } from '../../auth/start-session.js';
import type { HttpDeps } from '../../http-deps.js';
import type { signedInSchema } from './session-schema.js';

/** Somebody who proved a password, and perhaps a second factor. */
interface Proved {
  readonly account: Pick<Account, 'id' | 'role'>;
  readonly secondFactor: FactorProof | null;
  readonly request: Request;
  readonly address: string | null;
}

/** Gives a browser a new session in the place of the one that it had. @returns what it is told. */
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
  if (!row) throw new RequestError(401, 'sign_in_failed', 'The account was shut.');
  setSessionCookie(request, token, publicUrl);
  const { accountId: id, username, role, via } = row;
  const owes = dutyOf(row, deps.settings.secondFactor);
  return { user: { id, username, role, via }, csrfToken: csrfTokenOf(token), expiresAt: expiresAt.toISOString(), owes };
}
