import type { RequestHandler } from 'express';
import type { Logger } from '../../platform/logger.js';
import type { Principal } from '../../access/accounts/principal.js';
import { contextOf } from './request-context.js';

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
