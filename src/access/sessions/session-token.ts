import { createHash, randomBytes } from 'node:crypto';

const FORMAT = /^[A-Za-z0-9_-]{43}$/;

/** Makes what a browser holds of its session: 256 random bits in base64url. It is never stored. */
export function newSessionToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Whether a cookie can be a session's at all; anything else never reaches the database. */
export function isSessionToken(text: string): boolean {
  return FORMAT.test(text);
}

/** What is stored of the token. 256 random bits need no slow hash. */
export function hashSessionToken(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(token, 'utf8').digest());
}

/**
 * The token against forged requests. It follows from the session's token, which scripts cannot read and the database
 * does not know, so neither another site nor a copy of the database can make one.
 */
export function csrfTokenOf(token: string): string {
  return createHash('sha256').update(`csrf:${token}`, 'utf8').digest('base64url');
}
