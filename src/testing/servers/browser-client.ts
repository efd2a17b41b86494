import { createAccount } from '../../access/accounts/account.store.js';
import type { Role } from '../../access/accounts/principal.js';
import { startSession } from '../../access/sessions/start-session.js';
import { csrfTokenOf } from '../../access/sessions/session-token.js';
import type { Db } from '../../platform/db.js';
import { type ApiClient, createApiClient } from '../worlds/api-client.js';

/** A signed-in user's cookie and token, as the browser sends them. */
export interface SignedIn {
  readonly accountId: string;
  readonly cookie: string;
  readonly csrfToken: string;
}

/** Makes an account without a usable password and a session of it, without the slow hash of a real sign-in. */
export async function signInAs(db: Db, role: Role, username = `${role}-${Date.now()}-${count++}`): Promise<SignedIn> {
  const accountId = await createAccount(db.prisma, { username, role, passwordHash: '', createdBy: 'test' });
  if (accountId === null) throw new Error(`There is a ${username} already.`);
  const start = {
    accountId,
    via: 'password',
    role,
    address: '127.0.0.1',
    lifeMs: 3_600_000,
    formerToken: null,
  } as const;
  const { token } = await startSession(db, start);
  return { accountId, cookie: `rollcall_session=${token}`, csrfToken: csrfTokenOf(token) };
}

/** What a page of ours sends along with a change. */
export function headersOf({ cookie, csrfToken }: SignedIn): Record<string, string> {
  return { cookie, 'x-csrf-token': csrfToken, 'sec-fetch-site': 'same-origin' };
}

/** Calls the API as a page of ours does for a signed-in person. */
export function createBrowserClient(baseUrl: string, person: SignedIn): ApiClient {
  return createApiClient(baseUrl, undefined, headersOf(person));
}

let count = 0;
