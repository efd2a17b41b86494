import type { RequestHandler } from 'express';
import type { Tracing } from '../../platform/tracing.js';
import { contextOf } from './request-context.js';

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
