import { SourceAuthError, SourceConfigError } from '../../domain/errors.js';
import type { AnswerVerdict, JsonAnswer } from './json-call.js';
import { readRetryAfter } from './read-retry-after.js';

/** A server that says "slow down" without a time gets this long. */
const DEFAULT_WAIT_MS = 30_000;

/** What an answer means by its HTTP status alone. */
export function judgeStatus({ api, status, headers, body }: JsonAnswer, nowMs: number): AnswerVerdict {
  const waitMs = readRetryAfter(headers['retry-after'], nowMs);
  if (status === 429 || (status === 503 && waitMs !== null)) {
    return { is: 'rate_limited', afterMs: waitMs ?? DEFAULT_WAIT_MS };
  }
  if (status >= 500) return { is: 'busy', message: `${api} answers ${status}.` };
  if (status === 401 || status === 403) {
    const error = new SourceAuthError(`${api} answers ${status}: check the credential and what it may read.`);
    return { is: 'failed', error };
  }
  if (status >= 400)
    return { is: 'failed', error: new SourceConfigError(`${api} answers ${status}: check the address.`) };
  if (body !== undefined) return { is: 'ok' };
  const error = new SourceConfigError(`${api} answers something that is not JSON: check the address.`);
  return { is: 'failed', error };
}
