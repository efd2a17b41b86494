import { callApi, keepCsrfToken } from './call-api.js';
import { ApiProblem } from './problem.js';
import type { Duty, Role } from './types.js';

/** Who is signed in. */
export interface Session {
  readonly user: {
    readonly id: string;
    readonly username: string;
    readonly role: Role;
    readonly via: 'password' | 'oidc';
  };
  readonly csrfToken: string;
  readonly expiresAt: string;
  /** What it is good for before anything else; null = nothing is owed. */
  readonly owes: Duty | null;
}

/** Ways to sign in. */
export interface SignInOptions {
  readonly password: boolean;
  readonly oidc: { readonly title: string; readonly url: string } | null;
}

/** Who is signed in; null = nobody. */
export async function readSession(): Promise<Session | null> {
  try {
    return keep(await callApi<Session>('GET', '/session'));
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return null;
    throw error;
  }
}

/** Signs in. @throws ApiProblem `sign_in_failed`, `sign_in_locked`, `password_expired`. */
export async function signIn(username: string, password: string): Promise<Session> {
  return keep(await callApi<Session>('POST', '/session', { username, password }));
}

/** Gives the code that the session owes. @throws ApiProblem `wrong_code`, `sign_in_locked`. */
export async function giveCode(code: string): Promise<Session> {
  return keep(await callApi<Session>('POST', '/session/second-factor', { code }));
}

/** Changes the own password. @throws ApiProblem `wrong_password`, `weak_password`, `sign_in_locked`. */
export async function changePassword(current: string, next: string): Promise<void> {
  await callApi('POST', '/session/password', { current, next });
}

/** Signs out. */
export async function signOut(): Promise<void> {
  await callApi('DELETE', '/session');
  keepCsrfToken(null);
}

/** Which ways to sign in there are. */
export function readSignInOptions(): Promise<SignInOptions> {
  return callApi<SignInOptions>('GET', '/session/options');
}

function keep(session: Session): Session {
  keepCsrfToken(session.csrfToken);
  return session;
}
