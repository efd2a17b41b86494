import type { Request, Response } from 'express';
import { isSessionToken } from '../../access/sessions/session-token.js';

/**
 * The name of the cookie that holds the session's token. Behind TLS a browser accepts `__Host-` cookies from this host
 * only, so that neither another host of the domain nor a page without TLS can set one.
 */
function sessionCookieName(request: Request, publicUrl: string | null): string {
  return cookieOptions(request, publicUrl).secure ? '__Host-rollcall_session' : 'rollcall_session';
}

/** The token that a browser sent; null for none and for what can be none. */
export function readSessionCookie(request: Request, publicUrl: string | null): string | null {
  const token = readCookie(request, sessionCookieName(request, publicUrl));
  return token !== null && isSessionToken(token) ? token : null;
}

/** One cookie of a request, as it was set. */
export function readCookie(request: Request, name: string): string | null {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
}

/** What a cookie of ours is like: out of scripts' reach, and only over TLS where there is TLS. */
export function cookieOptions(request: Request, publicUrl: string | null) {
  const secure = request.secure || (publicUrl?.startsWith('https:') ?? false);
  return { httpOnly: true, sameSite: 'lax', secure, path: '/' } as const;
}

/** Gives a browser its session. Without a date: it is gone with the browser, and in the database before. */
export function setSessionCookie(request: Request, token: string, publicUrl: string | null): void {
  responseOf(request).cookie(sessionCookieName(request, publicUrl), token, cookieOptions(request, publicUrl));
}

/** Takes the session away from a browser. */
export function clearSessionCookie(request: Request, publicUrl: string | null): void {
  responseOf(request).clearCookie(sessionCookieName(request, publicUrl), cookieOptions(request, publicUrl));
}

function responseOf(request: Request): Response {
  if (!request.res) throw new Error('A request without an answer.');
  return request.res;
}
