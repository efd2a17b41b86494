import type { Request, RequestHandler } from 'express';
import { v7 as uuidv7 } from 'uuid';
import type { Principal } from '../../access/accounts/principal.js';
import type { Logger } from '../../platform/logger.js';
import type { Tracing } from '../../platform/tracing.js';

/** What the app remembers of a request while it answers. */
interface RequestContext {
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

/** One line a request: method, the route's pattern, status, time and ids; never an address or a value. */
export function logRequests(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const context = contextOf(request);
    response.setHeader('X-Request-Id', context.id);
    response.once('close', () => {
      logger.info('request', {
        requestId: context.id,
        method: request.method,
        route: context.route,
        status: response.statusCode,
        durationMs: Math.round(performance.now() - context.beganAt),
        ...callerOf(context.principal),
        ...(response.writableFinished ? {} : { aborted: true }),
      });
    });
    next();
  };
}

function callerOf(principal: Principal | null) {
  return principal?.session ? { accountId: principal.id } : { keyId: principal?.id ?? null };
}

/** Writes a span for each request that may change something; what it rings for becomes a part of its trace. */
export function traceRequests(tracing: Tracing): RequestHandler {
  return (request, response, next) => {
    if (!tracing.isOn || request.method === 'GET' || request.method === 'HEAD') return next();
    void tracing.during(`HTTP ${request.method}`, async (span) => {
      const over = new Promise((done) => response.once('close', done));
      next();
      await over;
      // The route's pattern, never the address: that may hold a name.
      const { route, id } = contextOf(request);
      span.rename(`${request.method} ${route ?? 'unknown'}`);
      span.add({ 'http.request.method': request.method, 'http.response.status_code': response.statusCode });
      span.add({ 'http.route': route ?? 'unknown', 'rollcall.request_id': id });
    });
  };
}
