import type { Duty } from '../sessions/duty.js';

/** What a caller may do; each role includes the ones before it. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
/** One of `ROLES`. */
export type Role = (typeof ROLES)[number];

/** Who calls: a key, narrowed as it is, or a signed-in person. Without any right by itself: the route's role decides. */
export interface Principal {
  /** The key's id, or the account's. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** How the caller proved it. */
  readonly via: 'key' | 'password' | 'oidc';
  /** The only source that the caller may touch; null = every source. */
  readonly sourceId: string | null;
  /** The caller may push and read its pushes, nothing else. */
  readonly pushOnly: boolean;
  /** What a person's browser holds; null for a key. */
  readonly session: PrincipalSession | null;
}

/** The session that a person calls with. */
export interface PrincipalSession {
  /** sha256 of the cookie, in hex: names the row, opens nothing. */
  readonly hash: string;
  /** What a change has to carry as `X-CSRF-Token`. */
  readonly csrfToken: string;
  /** It ends then, whatever happens. */
  readonly expiresAt: Date;
  /** What has to be done before it is good for anything else; null = nothing. */
  readonly owes: Duty | null;
}

/** How a principal stands in tasks, pushes and the audit log. */
export function actorOf(principal: Principal): string {
  return principal.via === 'key' ? `key:${principal.id}` : `admin:${principal.id}`;
}

/** What a username may be: a name or an e-mail address, without blanks, slashes and colons. */
export const USERNAME = /^[\p{L}\p{N}][\p{L}\p{N}._@+-]{0,99}$/u;

/** Usernames as they are compared: one spelling of each, without case. */
export function usernameKeyOf(username: string): string {
  return username.normalize('NFKC').trim().toLowerCase();
}
