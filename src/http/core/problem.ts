import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Request, Response } from 'express';
import { z } from 'zod';
import { RequestError } from '../../domain/errors.js';
import { isDatabaseDown, isStatementTooSlow } from '../../platform/sql-error.js';
import type { Logger } from '../../platform/logger.js';
import { contextOf } from './request-context.js';

/** An error answer (RFC 9457). `code` is stable; `errors` names the paths of bad input. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().regex(/^[a-z_]+$/),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details; `code` is stable.' });

type Problem = z.infer<typeof problemSchema>;

/** What is wrong, before it is dressed for an answer. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[] | undefined;
  readonly retryAfterS?: number | undefined;
}

/** Answers with a problem. */
export function sendProblem(response: Response, refusal: Refusal): void {
  const { status, code, message, errors } = refusal;
  const body: Problem = {
    type: `urn:rollcall:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: message,
    code,
    ...(errors ? { errors: [...errors] } : {}),
  };
  setRefusalHeaders(response, refusal);
  response.status(status).type('application/problem+json').send(JSON.stringify(body));
}

/** A proxy or client that honours it does not hammer a database that comes back. */
const RETRY_AFTER_S = 5;

/** The headers that go with a refusal, whatever its body looks like. */
export function setRefusalHeaders(
  response: Response,
  { status, code, retryAfterS }: Pick<Refusal, 'status' | 'code' | 'retryAfterS'>,
): void {
  if (status === 401 && code === 'unauthenticated') response.setHeader('WWW-Authenticate', 'Bearer realm="rollcall"');
  const waitS = retryAfterS ?? (status === 503 ? RETRY_AFTER_S : undefined);
  if (waitS !== undefined) response.setHeader('Retry-After', String(waitS));
}

/** Express's last handler: turns every error into a problem, and writes down those that are ours. */
export function answerWithProblem(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    logFault(logger, { error, request });
    if (response.headersSent) next(error);
    else sendProblem(response, toRefusal(error));
  };
}

/** Says what an error means for the caller; nothing of our insides. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof RequestError) return error;
  if (isDatabaseDown(error))
    return { status: 503, code: 'database_unavailable', message: 'The database does not answer. Try again soon.' };
  if (isStatementTooSlow(error))
    return {
      status: 503,
      code: 'database_busy',
      message: 'The database took too long. Try again, or request less data.',
    };
  return (
    ofHttpError(error) ?? {
      status: 500,
      code: 'internal_error',
      message: 'Internal error. The system log has the details.',
    }
  );
}

/** Statuses of attempts to get past a check: input, rights, limits. Unknown names are no attempt. */
const REFUSED = new Set([400, 403, 413, 415, 422, 429]);

/**
 * Logs what an operator should look at: what broke, and what was refused (ASVS 16.3.3). Codes and numbers only: a
 * field's name may be made up by who sent it.
 */
export function logFault(logger: Logger, { error, request }: { error: unknown; request: Request }): void {
  const refusal = toRefusal(error);
  const { status, code, errors = [] } = refusal;
  const { id: requestId, route, principal } = contextOf(request);
  if (status >= 500) {
    const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return void logger.error('request failed', { requestId, route, code, cause });
  }
  // A browser that asks who is signed in has no key; who sends a wrong one does.
  if (!REFUSED.has(status) && !(status === 401 && request.headers.authorization !== undefined)) return;
  const caller = principal?.session ? { accountId: principal.id } : { keyId: principal?.id ?? null };
  logger.warn('request refused', { requestId, route, status, code, problems: errors.length, ...caller });
}

const HTTP_CODES: Readonly<Record<number, readonly [code: string, message: string]>> = {
  404: ['not_found', 'Not found.'],
  405: ['method_not_allowed', 'This path does not support this method; see Allow.'],
  413: ['payload_too_large', 'The body is too large.'],
  415: ['unsupported_media_type', "The body's type or encoding is not supported."],
};

/** Errors of Express and its body readers carry a status; their texts are safe to replace. */
function ofHttpError(error: unknown): Refusal | null {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  if (typeof status !== 'number' || status < 400 || status > 499) return null;
  const [code, message] = HTTP_CODES[status] ?? ['invalid_request', 'The request is malformed.'];
  return { status: HTTP_CODES[status] ? status : 400, code, message };
}
