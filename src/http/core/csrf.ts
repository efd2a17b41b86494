import { timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { RequestError } from '../../domain/errors.js';
import type { PrincipalSession } from '../../access/accounts/principal.js';
import type { IncomingHttpHeaders } from 'node:http';

const READING = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Refuses a forged request: a browser sends its cookie also for other sites' forms and scripts. A change must come from
 * the console's own origin and carry the token that only its pages can read.
 * @throws RequestError `csrf_refused`.
 */
export function checkCsrf(request: Request, session: PrincipalSession, publicUrl: string | null): void {
  if (READING.includes(request.method)) return;
  if (!isOwnOrigin(request.headers, publicUrl)) throw refused('it does not come from a page of this server');
  if (!isSame(request.get('X-CSRF-Token') ?? '', session.csrfToken)) throw refused('X-CSRF-Token is missing or wrong');
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function refused(why: string): RequestError {
  return new RequestError(403, 'csrf_refused', `The request is refused for a session: ${why}.`);
}

/**
 * Whether a browser says that a request comes from our own pages. The browser sets `Sec-Fetch-Site`,
 * scripts can't (W3C Fetch Metadata); older browsers send `Origin`. A request with neither comes from no page.
 */
export function isOwnOrigin(headers: IncomingHttpHeaders, publicUrl: string | null): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return isOwn(headers.origin, headers.host, publicUrl);
}

/** Whether the browser reports a page of another origin. */
export function isForeignOrigin(headers: IncomingHttpHeaders, publicUrl: string | null): boolean {
  if (headers['sec-fetch-site'] === undefined && headers.origin === undefined) return false;
  return !isOwnOrigin(headers, publicUrl);
}

function isOwn(origin: string | undefined, host: string | undefined, publicUrl: string | null): boolean {
  if (origin === undefined || !URL.canParse(origin)) return false;
  if (publicUrl !== null && new URL(publicUrl).origin === new URL(origin).origin) return true;
  return host !== undefined && new URL(origin).host === host;
}
