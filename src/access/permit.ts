import { RequestError } from '../domain/errors.js';
import type { Duty } from './sessions/duty.js';
import { type Principal, ROLES } from './accounts/principal.js';

/**
 * Who may call a route. `open`: every client, without a key. `known`: every client with a key or a session, however narrowed.
 * `push`: operators, and keys for pushing alone.
 */
export const ROUTE_ROLES = ['open', 'known', 'viewer', 'operator', 'admin', 'push'] as const;
/** One of `ROUTE_ROLES`. */
export type RouteRole = (typeof ROUTE_ROLES)[number];

/** Whether a key narrowed to one source may call a route; the route itself then keeps to that source. */
export type NarrowedKeys = 'allowed' | 'refused';

/** What of a route decides who may call it. */
export interface RouteRights {
  readonly role: RouteRole;
  readonly narrowed: NarrowedKeys;
  /** Sessions that owe one of these may call it as well; default: none of them. */
  readonly duties?: readonly Duty[];
}

/**
 * Refuses a caller whose key is not enough, and a session that still owes something.
 * @throws RequestError `forbidden`, `duty_owed`.
 */
export function permit(principal: Principal, route: RouteRights): void {
  refuseOwing(principal, route.duties ?? []);
  if (route.role === 'open' || route.role === 'known') return;
  if (principal.pushOnly && route.role !== 'push') throw forbidden('This key can only push.');
  const wanted = route.role === 'push' ? 'operator' : route.role;
  if (ROLES.indexOf(principal.role) < ROLES.indexOf(wanted)) throw forbidden(`This needs the role ${wanted}.`);
  if (principal.sourceId !== null && route.narrowed === 'refused')
    throw forbidden('This key is limited to one source, and the request is not.');
}

function refuseOwing({ session }: Principal, allowed: readonly Duty[]): void {
  const owed = session?.owes ?? null;
  if (owed === null || allowed.includes(owed)) return;
  throw new RequestError(403, 'duty_owed', `This session must first complete this step: ${owed}.`);
}

/**
 * Refuses a key that is narrowed to another source.
 * @throws RequestError `forbidden`.
 */
export function permitSource(principal: Principal, sourceId: string | null): void {
  if (principal.sourceId !== null && principal.sourceId !== sourceId)
    throw forbidden('This key is limited to another source.');
}

function forbidden(message: string): RequestError {
  return new RequestError(403, 'forbidden', message);
}
