import { timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { RequestError } from '../../domain/errors.js';
import { isOwnOrigin } from './is-own-origin.js';
import type { PrincipalSession } from './principal.js';

const READING = ['GET', 'HEAD', 'OPTIONS'];

/**
 * A browser sends its cookie by itself, also for other sites' forms and scripts. A change therefore has to come from our
 * own pages and to carry the token that only they can read.
 * @throws RequestError `csrf_refused`.
 */
export function refuseForgery(request: Request, session: PrincipalSession, publicUrl: string | null): void {
  if (READING.includes(request.method)) return;
  if (!isOwnOrigin(request.headers, publicUrl)) throw refused('it does not come from a page of ours');
  if (!isSame(request.get('X-CSRF-Token') ?? '', session.csrfToken)) throw refused('X-CSRF-Token is missing or wrong');
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function refused(why: string): RequestError {
  return new RequestError(403, 'csrf_refused', `With a session this change is refused: ${why}.`);
}
