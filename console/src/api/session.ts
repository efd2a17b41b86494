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

/** The signed-in user; null = signed out. */
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

/** A session of one's own, here or elsewhere. */
export interface OwnSession {
  readonly id: string;
  readonly address: string | null;
  readonly browser: string | null;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly isCurrent: boolean;
}

/** The own sessions, the one that was used last first. */
export async function readOwnSessions(): Promise<readonly OwnSession[]> {
  return (await callApi<{ items: readonly OwnSession[] }>('GET', '/sessions')).items;
}

/**
 * Ends one of the own sessions, or all but this one.
 * @param which its id, or `others`
 * @param password '' for who signs in at a provider
 * @throws ApiProblem `wrong_password`, `sign_in_again`, `sign_in_locked`.
 */
export async function endOwnSessions(which: string, password: string): Promise<void> {
  const path = which === 'others' ? '/sessions/end-others' : `/sessions/${which}/end`;
  await callApi('POST', path, password === '' ? {} : { password });
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
