import type { ErrorRequestHandler } from 'express';
import type { Logger } from '../../platform/logger.js';
import { logFault, setRefusalHeaders, toRefusal } from '../problem.js';

/** Statuses that clients of the compatible API tell apart; every other mistake of theirs is a 400. */
const KEPT = new Set([401, 403, 405, 413, 429]);

/** Answers errors as clients of the compatible API expect them: `{ data: { code, message } }`. */
export function answerWithEnvelope(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const refusal = toRefusal(error);
    logFault(logger, { error, request });
    if (response.headersSent) return next(error);
    const status = refusal.status >= 500 || KEPT.has(refusal.status) ? refusal.status : 400;
    setRefusalHeaders(response, { ...refusal, status });
    response.status(status).json({ data: { code: status, message: messageOf(refusal) } });
  };
}

function messageOf({ code, message }: { readonly code: string; readonly message: string }): string {
  return code === 'payload_too_large' ? 'request entity too large' : message;
}
