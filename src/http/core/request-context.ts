import type { Request } from 'express';
import { v7 as uuidv7 } from 'uuid';
import type { Principal } from '../../access/accounts/principal.js';

/** What the app remembers of a request while it answers. */
export interface RequestContext {
  /** Sent as `X-Request-Id` and written to the log. */
  readonly id: string;
  readonly beganAt: number;
  /** The route's pattern, never the address itself: that may hold names. */
  route: string | null;
  principal: Principal | null;
}

const contexts = new WeakMap<Request, RequestContext>();

/** The request's context, made when it is first asked for. */
export function contextOf(request: Request): RequestContext {
  const found = contexts.get(request);
  if (found) return found;
  const made: RequestContext = { id: uuidv7(), beganAt: performance.now(), route: null, principal: null };
  contexts.set(request, made);
  return made;
}
